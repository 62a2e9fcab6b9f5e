"""The forms of the people's pages: they only carry input to an action, which decides.

`refused` puts a domain error beside the field that it names, so that everything typed stays on the page.
"""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.capabilities import LABELS, Capability, Role
from accounts.models import Byline, Language
from accounts.tokens import LIFETIMES
from chain.errors import DomainError


def refused(form: forms.Form, error: DomainError) -> None:
    form.add_error(error.field if error.field in form.fields else None, str(error.message))


class InviteForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    language = forms.ChoiceField(label=_("Language of the letter"), choices=Language.choices)
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one role.")},
    )


class AcceptForm(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=120)
    password = forms.CharField(
        label=_("A password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least twelve characters. A sentence is easy to remember."),
    )


class BylineForm(forms.Form):
    byline_kind = forms.ChoiceField(label=_("Readers see"), choices=Byline.choices)
    pen_name = forms.CharField(label=_("Pen name"), max_length=120, required=False)


class TimeZoneForm(forms.Form):
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=60,
        required=False,
        help_text=_("For example Africa/Casablanca. Empty: your institution's."),
    )


class TokenForm(forms.Form):
    name = forms.CharField(label=_("Name of the program"), max_length=80)
    days = forms.TypedChoiceField(label=_("Lives for"), coerce=int)
    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose what the program may do, from what you may do.")},
    )

    def __init__(self, *args: Any, scopes: list[Capability], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["days"].choices = [(days, _days(days)) for days in LIFETIMES]  # type: ignore[attr-defined]
        self.fields["scopes"].choices = [(str(s), LABELS[s]) for s in scopes]  # type: ignore[attr-defined]


def _days(days: int) -> str:
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
