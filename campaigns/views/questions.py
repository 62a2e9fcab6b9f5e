"""What a reviewer answers before signing: the questions of each gate, all of which must be ticked."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from chain.errors import Invalid

QUESTIONS = {
    "scientific": (
        _("The texts are quoted as they are, not cut from their context"),
        _("Every saying is ascribed to who said it, and the reference is right"),
        _("It claims no consensus where difference is recognised"),
        _("Nothing in it can be taken for a ruling, which belongs to the competent council"),
        _("It answers the claim without spreading it again"),
    ),
    "language": (
        _("The language is sound and fits those it addresses"),
        _("Nothing in it can be misread, or read as mockery of anyone"),
        _("Names, dates and the line of disclosure are right"),
        _("The pictures are described for those who cannot see them"),
    ),
}


@dataclass(frozen=True)
class Question:
    text: str
    is_ticked: bool


def questions_of(gate_code: str, ticked: list[str]) -> list[Question]:
    texts = QUESTIONS.get(gate_code, ())
    return [Question(str(text), str(place) in ticked) for place, text in enumerate(texts)]


def refuse_unanswered(gate_code: str, ticked: list[str]) -> None:
    """Raises Invalid while a question of the gate is not ticked."""
    if not {str(place) for place in range(len(QUESTIONS.get(gate_code, ())))} <= set(ticked):
        raise Invalid(_("Answer every question of this gate first; then sign."), code="unanswered")
