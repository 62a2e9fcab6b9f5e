"""Forms of channels and deliveries: they only read what was typed; the actions decide."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign
from chain.errors import Invalid
from publishing.models import BulkKind, Channel
from publishing.timing import moment


class WhenForm(forms.Form):
    """A day and a time in the campaign's own time zone. `second` is asked for only where the hour comes twice."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    time = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    second = forms.TypedChoiceField(
        label=_("Which of the two"),
        choices=[("", "–"), ("no", _("the first, before the clocks go back")), ("yes", _("the second, after it"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
    )

    def __init__(self, *args: Any, zone: str, **more: Any) -> None:
        super().__init__(*args, **more)
        self.zone = zone

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("day") and cleaned.get("time"):
            try:
                cleaned["due_at"] = moment(cleaned["day"], cleaned["time"], self.zone, second=cleaned.get("second"))
            except Invalid as refused:
                self.add_error(refused.field, str(refused))
        return cleaned

    @property
    def asks_which(self) -> bool:
        """Whether the hour comes twice on that day, so that `second` must be shown."""
        return bool(self.data.get("second") or "second" in self.errors)


class MoveForm(WhenForm):
    """Another time for what the person saw at `seen`."""

    seen = forms.DateTimeField(required=False, widget=forms.HiddenInput)


class SlotForm(WhenForm):
    """What is planned, for which campaign and channel, and when in the campaign's zone."""

    campaign = forms.ModelChoiceField(Campaign.objects.none(), label=_("Campaign"), empty_label="—")
    channel = forms.ModelChoiceField(Channel.objects.none(), label=_("Channel"), empty_label="—")
    title = forms.CharField(label=_("What for"), max_length=160)
    note = forms.CharField(
        label=_("Note"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"})
    )

    field_order = ("title", "day", "time", "second", "campaign", "channel", "note")

    def __init__(self, *args: Any, campaigns: QuerySet[Campaign], channels: QuerySet[Channel], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["campaign"].queryset = campaigns  # type: ignore[attr-defined]
        self.fields["channel"].queryset = channels  # type: ignore[attr-defined]
        self.fields["title"].widget.attrs["dir"] = "auto"

    def clean(self) -> dict[str, Any]:
        """The zone is the chosen campaign's."""
        if chosen := self.cleaned_data.get("campaign"):
            self.zone = chosen.time_zone
        return super().clean()


class BulkForm(forms.Form):
    """What to do with many posts."""

    kind = forms.ChoiceField(choices=BulkKind.choices)
    days = forms.IntegerField(label=_("Days"), min_value=-366, max_value=366, required=False)
    hours = forms.IntegerField(label=_("Hours"), min_value=-240, max_value=240, required=False)
    why = forms.CharField(label=_("Why"), max_length=500, required=False)


class PostedForm(forms.Form):
    permalink = forms.CharField(required=False, max_length=500)
    picture = forms.FileField(required=False)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class FreezeForm(ReasonForm):
    scope = forms.CharField(label=_("What stops"), max_length=90)
    """`everything`, or a kind of scope and its id: `campaign:<id>`, `network:<slug>`, `tag:<word>`… (scoping.py)."""

    tag = forms.CharField(label=_("Another tag, if it is not in the list"), max_length=60, required=False)

    def scope_parts(self) -> tuple[str, str]:
        if typed := self.cleaned_data["tag"].strip():
            return "tag", typed
        scope, _colon, scope_id = self.cleaned_data["scope"].partition(":")
        return scope, scope_id


class LinkForm(forms.Form):
    permalink = forms.CharField(label=_("Its link"), max_length=500)
