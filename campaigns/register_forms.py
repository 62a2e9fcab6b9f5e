"""The forms of programmes, segments and messengers: they only carry input to an action, which decides."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from campaigns.models import MessengerKind, Programme
from campaigns.programmes import goals_of
from library.forms import Area, Legend, Line, Register
from networks import registry

GOALS = range(1, 7)
PARTS = ("title", "indicator", "target", "reached")


def day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class SegmentForm(Register):
    GROUPS: ClassVar[tuple[Legend, ...]] = ((_("The group"), ("name", "description", "languages", "networks")),)

    name = Line(label=_("Name of the group"), max_length=120, required=True)
    description = Area(
        label=_("Description"), required=True, rows=5,
        help_text=_("What they need, whom they trust, what they meet. No person, no account, no address."),
    )  # fmt: skip
    languages = forms.MultipleChoiceField(
        label=_("Languages"), choices=Language.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    networks = forms.MultipleChoiceField(
        label=_("Networks they use"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        named = [(cls.slug, registry.label_in(cls.slug, get_language())) for cls in registry.all_adapters()]
        self.fields["networks"].choices = named  # type: ignore[attr-defined]


class MessengerForm(Register):
    GROUPS: ClassVar[tuple[Legend, ...]] = (
        (_("Who speaks"), ("kind", "public_name", "is_pen_name", "basis")),
        (_("Their consent"), ("consent_on", "consent_scope", "consent_until")),
    )

    kind = forms.ChoiceField(label=_("Kind"), choices=MessengerKind.choices)
    public_name = Line(
        label=_("Name that stands in public"), max_length=120, required=True,
        help_text=_("A pen name where they asked for one; then their own name is written nowhere here."),
    )  # fmt: skip
    is_pen_name = forms.BooleanField(label=_("It is a pen name"), required=False)
    basis = Area(label=_("Why they are believed"), required=True)
    consent_on = day(_("Consented on"))
    consent_scope = Area(label=_("What the consent covers"))
    consent_until = day(_("Valid until"))


class ProgrammeForm(Register):
    """Goals are numbered fields, in order; one whose title is empty is left out."""

    title = Line(label=_("Name of the programme"), max_length=160, required=True)
    summary = Area(label=_("Summary"))
    starts_on = day(_("First day"))
    ends_on = day(_("Last day"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        labels = {
            "title": _("Goal"),
            "indicator": _("Indicator"),
            "target": _("Target"),
            "reached": _("Reached so far"),
        }
        for number in GOALS:
            for part in PARTS:
                self.fields[f"{part}_{number}"] = Line(label=labels[part], max_length=300)

    def groups(self) -> list[Any]:
        first = [(self[name], self.shape(name)) for name in ("title", "summary", "starts_on", "ends_on")]
        goals = [
            (_("Goal %(n)s") % {"n": number}, [(self[f"{part}_{number}"], "") for part in PARTS]) for number in GOALS
        ]
        return [(_("The programme"), first), *goals]

    def given(self) -> dict[str, Any]:
        found = self.cleaned_data
        goals = [{part: found[f"{part}_{number}"] for part in PARTS} for number in GOALS]
        plain = {name: found[name] for name in ("title", "summary", "starts_on", "ends_on")}
        return {**plain, "goals": [goal for goal in goals if any(goal.values())]}


def programme_as_typed(programme: Programme) -> dict[str, Any]:
    plain = {name: getattr(programme, name) for name in ("title", "summary", "starts_on", "ends_on", "version")}
    goals = {f"{part}_{n}": goal[part] for n, goal in enumerate(goals_of(programme), start=1) for part in PARTS}
    return {**plain, **goals}
