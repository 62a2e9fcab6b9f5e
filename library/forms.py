"""The forms of the knowledge pages: they only carry input to an action, which decides.

`GROUPS` says under which legend a field stands; templates/library/form.html draws them.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chain.errors import DomainError, Invalid
from library.concepts import concept_name
from library.models import CitationKind, Concept, Distortion, Grade, Narrative, NarrativeKind
from library.narratives import narrative_title
from library.registers import LANGUAGES

Legend = tuple[str | Promise, tuple[str, ...]]
IN = {"ar": _("In Arabic"), "fr": _("In French"), "en": _("In English")}
ESTIMATE = [("", "—"), *((number, str(number)) for number in range(1, 6))]


def refused(form: forms.Form, error: DomainError) -> None:
    """Put a domain error beside the field it names, so that everything typed stays on the page."""
    form.add_error(error.field if error.field in form.fields else None, str(error.message))


class Line(forms.CharField):
    def __init__(self, **more: Any) -> None:
        super().__init__(**{"required": False, "widget": forms.TextInput(attrs={"dir": "auto"}), **more})


class Area(forms.CharField):
    """Several lines, as they are typed."""

    def __init__(self, *, rows: int = 3, **more: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows, "dir": "auto"})
        super().__init__(**{"required": False, "strip": False, "widget": widget, **more})


class Register(forms.Form):
    """A form of a register: `version` is the one that the edit builds upon."""

    GROUPS: ClassVar[tuple[Legend, ...]] = ()

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def groups(self) -> list[tuple[str | Promise, list[tuple[BoundField, str]]]]:
        return [(legend, [(self[name], self.shape(name)) for name in names]) for legend, names in self.GROUPS]

    def shape(self, name: str) -> str:
        """How the page draws it: as text of several lines, as choices, as one tick, or as a line."""
        widget = self.fields[name].widget
        shapes = ((forms.Textarea, "is-text"), (forms.CheckboxSelectMultiple, "choices"), (forms.CheckboxInput, "tick"))
        return next((shape for kind, shape in shapes if isinstance(widget, kind)), "")

    def given(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


def in_each(*names: str) -> tuple[Legend, ...]:
    return tuple((IN[code], tuple(f"{name}_{code}" for name in names)) for code in LANGUAGES)


ONE_A_LINE = _("One term a line.")


class ConceptForm(Register):
    GROUPS = in_each("name", "definition", "say", "avoid")

    name_ar = Line(label=_("Name of the concept"), max_length=80, required=True)
    definition_ar = Area(label=_("Definition"))
    say_ar = Area(label=_("Say"), help_text=ONE_A_LINE)
    avoid_ar = Area(label=_("Avoid"), help_text=ONE_A_LINE)
    name_fr = Line(label=_("Name of the concept"), max_length=80)
    definition_fr = Area(label=_("Definition"))
    say_fr = Area(label=_("Say"), help_text=ONE_A_LINE)
    avoid_fr = Area(label=_("Avoid"), help_text=ONE_A_LINE)
    name_en = Line(label=_("Name of the concept"), max_length=80)
    definition_en = Area(label=_("Definition"))
    say_en = Area(label=_("Say"), help_text=ONE_A_LINE)
    avoid_en = Area(label=_("Avoid"), help_text=ONE_A_LINE)

    def given(self) -> dict[str, Any]:
        plain = {name: value for name, value in super().given().items() if name.partition("_")[0] not in TERMS}
        return {**plain, **{name: self.terms(name) for name in TERMS}}

    def terms(self, name: str) -> dict[str, list[str]]:
        return {code: self.cleaned_data[f"{name}_{code}"].splitlines() for code in LANGUAGES}


TERMS = ("say", "avoid")


def concept_as_typed(concept: Concept) -> dict[str, Any]:
    plain = {name: getattr(concept, name) for name in (*Concept.SEARCHED, "version")}
    lists = {f"{name}_{code}": "\n".join(getattr(concept, name).get(code, [])) for name in TERMS for code in LANGUAGES}
    return {**plain, **lists}


class NarrativeForm(Register):
    GROUPS = ((_("What it works on"), ("kind",)), *in_each("title", "summary"))

    kind = forms.ChoiceField(label=_("Kind"), choices=NarrativeKind.choices)
    title_ar = Line(label=_("Title"), max_length=160, required=True, help_text=_("Neutral: no slogan, nobody's name."))
    summary_ar = Area(label=_("Summary"), help_text=_("In our own words; nothing is quoted."))
    title_fr = Line(label=_("Title"), max_length=160)
    summary_fr = Area(label=_("Summary"))
    title_en = Line(label=_("Title"), max_length=160)
    summary_en = Area(label=_("Summary"))


class ClaimForm(Register):
    """`concepts` and `narratives` are those of the institution; the choices carry their ids, `given` the rows."""

    GROUPS = (
        (_("The claim"), ("text_ar", "text_fr", "text_en")),
        (_("Where it belongs"), ("concept", "narrative", "distortion")),
        (_("How much it weighs"), ("prevalence", "harm")),
    )

    concept = forms.ChoiceField(label=_("Concept"))
    narrative = forms.ChoiceField(label=_("Narrative"), required=False)
    text_ar = Area(
        label=_("The claim, in Arabic"),
        max_length=300,
        required=True,
        help_text=_("One neutral sentence: no quotation, nobody's name."),
    )
    text_fr = Area(label=_("In French"), max_length=300, rows=2)
    text_en = Area(label=_("In English"), max_length=300, rows=2)
    distortion = forms.ChoiceField(
        label=_("What it does to the concept"), choices=[("", "—"), *Distortion.choices], required=False
    )
    prevalence = forms.TypedChoiceField(
        label=_("How common it is"), choices=ESTIMATE, coerce=int, empty_value=None, required=False,
        help_text=_("From 1, rare, to 5, everywhere."),
    )  # fmt: skip
    harm = forms.TypedChoiceField(
        label=_("How much harm it does"), choices=ESTIMATE, coerce=int, empty_value=None, required=False,
        help_text=_("From 1, slight, to 5, grave."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, concepts: Iterable[Concept], narratives: Iterable[Narrative], language: str, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.concepts = {str(row.pk): row for row in concepts}
        self.narratives = {str(row.pk): row for row in narratives}
        named = [(pk, concept_name(row, language)) for pk, row in self.concepts.items()]
        titled = [(pk, narrative_title(row, language)) for pk, row in self.narratives.items()]
        self.fields["concept"].choices = named  # type: ignore[attr-defined]
        self.fields["narrative"].choices = [("", "—"), *titled]  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        found = super().given()
        rows = {
            "concept": self.concepts[found["concept"]],
            "narrative": self.narratives.get(found["narrative"]),
        }
        return {**found, **rows}


def claim_as_typed(claim: Any) -> dict[str, Any]:
    names = ("version", "text_ar", "text_fr", "text_en", "distortion", "prevalence", "harm")
    return {
        **{name: getattr(claim, name) for name in names},
        "concept": claim.concept_id,
        "narrative": claim.narrative_id,
    }


class WorkForm(Register):
    GROUPS = ((_("The work"), ("title", "author", "edition", "locator", "link")),)

    title = Line(label=_("Title of the work"), max_length=300, required=True)
    author = Line(label=_("Author"), max_length=200)
    edition = Line(label=_("Edition"), max_length=120)
    locator = Line(label=_("Volume and page"), max_length=120, help_text=_("Leave it empty until you have seen it."))
    link = Line(label=_("Address, if it stands online"), max_length=2000)


class HadithForm(Register):
    GROUPS = ((_("The hadith"), ("title", "locator", "grade", "graded_by", "link")),)

    title = Line(label=_("Collection"), max_length=300, required=True)
    locator = Line(
        label=_("Number in the collection"), max_length=120, help_text=_("Leave it empty until you have seen it.")
    )
    grade = forms.ChoiceField(label=_("Grade"), choices=[("", "—"), *Grade.choices], required=False)
    graded_by = Line(label=_("Who graded it"), max_length=200)
    link = Line(label=_("Address, if it stands online"), max_length=2000)


class PageForm(Register):
    GROUPS = ((_("The page"), ("title", "author", "link", "accessed_on", "locator")),)

    title = Line(label=_("Title of the page"), max_length=300, required=True)
    author = Line(label=_("Author"), max_length=200)
    link = Line(label=_("Address"), max_length=2000, required=True)
    accessed_on = forms.DateField(label=_("Read on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    locator = Line(label=_("Where on the page"), max_length=120)


SOURCE_FORMS: dict[str, type[Register]] = {
    CitationKind.WORK: WorkForm,
    CitationKind.HADITH: HadithForm,
    CitationKind.PAGE: PageForm,
}


def form_of(kind: str) -> type[Register]:
    """The form of that kind of source. Raises Invalid for a kind that has none."""
    if kind not in SOURCE_FORMS:
        raise Invalid(_("Choose what kind of source it is."), code="bad_kind", field="kind")
    return SOURCE_FORMS[kind]


def source_forms() -> list[tuple[str, str, Register]]:
    """Kind, its name and an empty form of it: what the sheet's dialog offers."""
    return [(kind, str(CitationKind(kind).label), cls(auto_id=f"{kind}-%s")) for kind, cls in SOURCE_FORMS.items()]
