"""The forms of the campaign pages: they only carry input to an action, which decides.

Reading a sheet that was posted without script is here too; its shape is that of templates/campaigns/editor/.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from campaigns.models import LatenessPolicy
from networks.registry import label_in

FIELDS_OF_A_PICTURE = ("media", "alt", "captions", "focus_x", "focus_y")
DISCLOSURES = tuple(f"disclosure_{code}" for code in Language.values)


class WholeText(forms.CharField):
    """Text as it was typed: not stripped, not normalised."""

    widget = forms.Textarea(attrs={"rows": 2, "dir": "auto"})

    def __init__(self, **more: Any) -> None:
        super().__init__(strip=False, **more)


def channel_in_words(channel: Any) -> str:
    """Where, who, and by which handle; an account whose handle is its name is named once."""
    where, who = label_in(channel.network, get_language()), channel.display_name
    handle = f" · \u2066{channel.handle}\u2069" if channel.handle != who else ""
    return f"{where}: {who}{handle}"


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
        self.fields["channels"].choices = [(c.pk, channel_in_words(c)) for c in channels]  # type: ignore[attr-defined]


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
    theory_of_change = WholeText(
        label=_("How the message leads there"),
        required=False,
        help_text=_("If they read it, then what, and why do you think so?"),
    )
    medium = WholeText(
        label=_("Media"), required=False, help_text=_("Which channels and forms, how often, and why there.")
    )
    measurement = WholeText(
        label=_("What will be measured"),
        required=False,
        help_text=_("Engagement and effect, not views alone; from what it starts, what is wanted, who measures."),
    )
    risks = WholeText(
        label=_("Risks, and when we stop"),
        required=False,
        help_text=_("Who could be harmed, what we do about it, and the rule by which we stop."),
    )
    programme = forms.ChoiceField(label=_("Programme"), required=False)
    serves = forms.IntegerField(
        label=_("Which of its goals"),
        min_value=1,
        max_value=12,
        required=False,
        help_text=_("The number of the goal in the programme."),
    )
    segments = forms.TypedMultipleChoiceField(
        label=_("Segments"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    messengers = forms.TypedMultipleChoiceField(
        label=_("Messengers"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
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

    def __init__(self, *args: Any, rows: Mapping[str, Iterable[Any]], **more: Any) -> None:
        """`rows` are the institution's programmes, segments and messengers."""
        super().__init__(*args, **more)
        self.rows = {name: {row.pk: row for row in some} for name, some in rows.items()}
        for name in ("segments", "messengers"):
            self.fields[name].choices = [(pk, str(row)) for pk, row in self.rows[name].items()]  # type: ignore[attr-defined]
        named = [(pk, str(row)) for pk, row in self.rows["programmes"].items()]
        self.fields["programme"].choices = [("", "—"), *named]  # type: ignore[attr-defined]
        for name in ("starts_on", "ends_on"):
            self.fields[name].widget.format = "%Y-%m-%d"

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def brief(self) -> dict[str, Any]:
        """What was typed, under the names that a campaign gives it."""
        fields = {name: value for name, value in self.cleaned_data.items() if name not in (*DISCLOSURES, "version")}
        lines = {code: self.cleaned_data[f"disclosure_{code}"] for code in Language.values}
        return {
            **fields,
            "programme": self.rows["programmes"].get(int(fields["programme"] or 0)),
            "segments": [self.rows["segments"][pk] for pk in fields["segments"]],
            "messengers": [self.rows["messengers"][pk] for pk in fields["messengers"]],
            "disclosure": {code: line for code, line in lines.items() if line.strip()},
        }


def brief_as_typed(campaign: Any) -> dict[str, Any]:
    """The initial values of BriefForm for a campaign."""
    rows = {name: [row.pk for row in getattr(campaign, name).all()] for name in ("segments", "messengers")}
    names = [name for name in BriefForm.base_fields if name not in (*DISCLOSURES, *rows, "programme")]
    lines = {f"disclosure_{code}": campaign.disclosure.get(code, "") for code in Language.values}
    return {**{name: getattr(campaign, name) for name in names}, **lines, **rows, "programme": campaign.programme_id}


def sheet_as_posted(posted: QueryDict, variant_ids: list[int]) -> dict[str, Any]:
    """The document of a sheet that came as a plain form."""
    return {
        "title": posted.get("title", ""),
        "body": _blocks(posted, "body"),
        "sources": [int(value) for value in posted.getlist("source") if value.isdecimal()],
        "variants": {str(number): _variant(posted, f"v{number}") for number in variant_ids},
    }


def _variant(posted: QueryDict, prefix: str) -> dict[str, Any]:
    pictures = zip(*(posted.getlist(f"{prefix}.{name}") for name in FIELDS_OF_A_PICTURE), strict=False)
    return {
        "blocks": _blocks(posted, prefix) if posted.get(f"{prefix}.own") else None,
        "media": [_picture(*given) for given in pictures if given[0].isdecimal()],
        "link": posted.get(f"{prefix}.link", ""),
        "tags": [tag.lstrip("#") for tag in posted.get(f"{prefix}.tags", "").split() if tag.lstrip("#")],
        "content_warning": posted.get(f"{prefix}.content_warning", ""),
        "visibility": posted.get(f"{prefix}.visibility", ""),
        "language": posted.get(f"{prefix}.language", ""),
        "options": _options(posted, f"{prefix}.option."),
    }


def _options(posted: QueryDict, prefix: str) -> dict[str, str]:
    """A switch comes twice where it is on: first as off, which is what it sends when it is not ticked."""
    names = [name for name in posted if name.startswith(prefix)]
    return {name.removeprefix(prefix): str(posted[name]) for name in names if posted[name]}


def _picture(media: str, alt: str, captions: str, x: str, y: str) -> dict[str, Any]:
    focus = [min(100, int(part)) if part.isdecimal() else 50 for part in (x[:3], y[:3])]
    spoken = int(captions) if captions.isdecimal() else None
    return {"media": int(media), "alt": alt, "captions": spoken, "focus": focus}


def _blocks(posted: QueryDict, prefix: str) -> list[dict[str, Any]]:
    pairs = zip(posted.getlist(f"{prefix}.kind"), posted.getlist(f"{prefix}.value"), strict=False)
    return [_block(kind, value) for kind, value in pairs]


def _block(kind: str, value: str) -> dict[str, Any]:
    if kind == "break":
        return {"type": "break"}
    return (
        {"type": "verse", "citation": int(value)}
        if kind == "verse" and value.isdecimal()
        else {"type": "text", "text": value}
    )
