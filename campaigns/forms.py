"""The forms of the campaign pages: they only carry input to an action, which decides.

Reading a sheet that was posted without script is here too; its shape is that of templates/campaigns/editor/.
"""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from campaigns.models import LatenessPolicy
from chain.errors import DomainError

DISCLOSURES = tuple(f"disclosure_{code}" for code in Language.values)


def refused(form: forms.Form, error: DomainError) -> None:
    """Put a domain error beside the field it names, so that everything typed stays on the page."""
    form.add_error(error.field if error.field in form.fields else None, str(error.message))


class WholeText(forms.CharField):
    """Text as it was typed: not stripped, not normalised."""

    widget = forms.Textarea(attrs={"rows": 2, "dir": "auto"})

    def __init__(self, **more: Any) -> None:
        super().__init__(strip=False, **more)


class ClaimForm(forms.Form):
    concept = forms.CharField(
        label=_("Concept"), max_length=80, widget=forms.TextInput(attrs={"dir": "auto", "list": "concepts"})
    )
    text_ar = forms.CharField(
        label=_("The claim, in Arabic"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("One neutral sentence: no quotation, nobody's name."),
    )
    text_fr = forms.CharField(
        label=_("In French"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    text_en = forms.CharField(
        label=_("In English"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )


class AnswerForm(forms.Form):
    campaign = forms.TypedChoiceField(label=_("Campaign"), coerce=int)
    language = forms.ChoiceField(label=_("Language of the text"), choices=Language.choices)
    title = forms.CharField(
        label=_("Working title"), max_length=160, strip=False, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    channels = forms.TypedMultipleChoiceField(
        label=_("Channels"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, campaigns: Any, channels: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["campaign"].choices = [(c.pk, c.title) for c in campaigns]  # type: ignore[attr-defined]
        self.fields["channels"].choices = [  # type: ignore[attr-defined]
            (c.pk, f"{c.display_name} · \u2066{c.handle}\u2069") for c in channels
        ]


class BriefForm(forms.Form):
    title = forms.CharField(
        label=_("Name of the campaign"), max_length=160, strip=False, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    goal = WholeText(
        label=_("Goal"), required=False, help_text=_("What should be different at the end, and how will you know?")
    )
    segment = WholeText(label=_("Audience"), required=False, help_text=_("Whom you speak to, as a group; no persons."))
    message = WholeText(label=_("Message"), required=False, help_text=_("One sentence."))
    messenger = WholeText(label=_("Messenger"), required=False, help_text=_("Who says it, and why they are believed."))
    call_to_action = WholeText(label=_("Call to action"), required=False, help_text=_("What you ask the reader to do."))
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        choices=Language.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one language.")},
    )
    disclosure_ar = WholeText(
        label=_("Disclosure, in Arabic"),
        required=False,
        help_text=_("The line under each post that says in whose name it is published."),
    )
    disclosure_fr = WholeText(label=_("Disclosure, in French"), required=False)
    disclosure_en = WholeText(label=_("Disclosure, in English"), required=False)
    starts_on = forms.DateField(label=_("First day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    time_zone = forms.CharField(
        label=_("Time zone"), max_length=60, help_text=_("For example Africa/Casablanca. All times are read by it.")
    )
    lateness_policy = forms.ChoiceField(label=_("A post whose time has passed"), choices=LatenessPolicy.choices)
    lateness_minutes = forms.IntegerField(
        label=_("Minutes of lateness allowed"),
        min_value=0,
        max_value=10080,
        help_text=_("After that the rule above holds."),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name in ("starts_on", "ends_on"):
            self.fields[name].widget.format = "%Y-%m-%d"

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def brief(self) -> dict[str, Any]:
        """What was typed, under the names that a campaign gives it."""
        fields = {name: value for name, value in self.cleaned_data.items() if name not in (*DISCLOSURES, "version")}
        lines = {code: self.cleaned_data[f"disclosure_{code}"] for code in Language.values}
        return {**fields, "disclosure": {code: line for code, line in lines.items() if line.strip()}}


def brief_as_typed(campaign: Any) -> dict[str, Any]:
    """The initial values of BriefForm for a campaign."""
    names = [name for name in BriefForm.base_fields if name not in DISCLOSURES]
    lines = {f"disclosure_{code}": campaign.disclosure.get(code, "") for code in Language.values}
    return {**{name: getattr(campaign, name) for name in names}, **lines}


def sheet_as_posted(posted: QueryDict, variant_ids: list[int]) -> dict[str, Any]:
    """The document of a sheet that came as a plain form."""
    return {
        "title": posted.get("title", ""),
        "body": _blocks(posted, "body"),
        "variants": {str(number): _variant(posted, f"v{number}") for number in variant_ids},
    }


def _variant(posted: QueryDict, prefix: str) -> dict[str, Any]:
    pictures = zip(posted.getlist(f"{prefix}.media"), posted.getlist(f"{prefix}.alt"), strict=False)
    return {
        "blocks": _blocks(posted, prefix) if posted.get(f"{prefix}.own") else None,
        "media": [{"media": int(media), "alt": alt} for media, alt in pictures if media.isdecimal()],
        "link": posted.get(f"{prefix}.link", ""),
        "tags": [tag.lstrip("#") for tag in posted.get(f"{prefix}.tags", "").split() if tag.lstrip("#")],
        "content_warning": posted.get(f"{prefix}.content_warning", ""),
    }


def _blocks(posted: QueryDict, prefix: str) -> list[dict[str, Any]]:
    pairs = zip(posted.getlist(f"{prefix}.kind"), posted.getlist(f"{prefix}.value"), strict=False)
    return [
        {"type": "verse", "citation": int(value)}
        if kind == "verse" and value.isdecimal()
        else {"type": "text", "text": value}
        for kind, value in pairs
    ]
