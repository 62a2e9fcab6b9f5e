"""Forms of channels and deliveries: they only read what was typed; the actions decide."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from publishing.channels import networks_on_offer


class WhenForm(forms.Form):
    """A day and a time in the campaign's own time zone."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    time = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))

    def __init__(self, *args: Any, zone: str, **more: Any) -> None:
        super().__init__(*args, **more)
        self.zone = ZoneInfo(zone)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("day") and cleaned.get("time"):
            cleaned["due_at"] = datetime.combine(cleaned["day"], cleaned["time"], tzinfo=self.zone)
        return cleaned


class ConnectForm(forms.Form):
    network = forms.ChoiceField(label=_("Network"))
    server_url = forms.URLField(label=_("Server address"), assume_scheme="https", max_length=300)
    token = forms.CharField(
        label=_("Access token"),
        max_length=2000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "dir": "ltr"}, render_value=True),
        help_text=_(
            "Made on the network, in the account's settings for developers, with the rights to read and write."
        ),
    )
    language = forms.ChoiceField(label=_("Language of this account"), choices=Language.choices)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        offers = networks_on_offer()
        network = self.fields["network"]
        assert isinstance(network, forms.ChoiceField)
        network.choices = [(slug, label) for slug, label, _url in offers]
        self.fields["server_url"].initial = next((url for _slug, _label, url in offers if url), "")


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class FreezeForm(ReasonForm):
    scope = forms.CharField(label=_("What stops"), max_length=90)
    """`everything`, or `campaign:<id>`, `channel:<id>`, `network:<slug>`."""

    def scope_parts(self) -> tuple[str, str]:
        scope, _colon, scope_id = self.cleaned_data["scope"].partition(":")
        return scope, scope_id


class LinkForm(forms.Form):
    permalink = forms.CharField(label=_("Its link"), max_length=500)
