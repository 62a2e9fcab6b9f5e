"""What a reviewer answers before signing: the questions of each gate, all of which must be answered with yes.

A question has a code that never changes its meaning; the answers are kept with the signature in the words of the day.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chain.errors import Invalid

QUESTIONS: Mapping[str, tuple[tuple[str, Promise], ...]] = {
    "scientific": (
        ("in_context", _("The texts are quoted as they are, not cut from their context")),
        ("ascribed", _("Every saying is ascribed to who said it, and the reference is right")),
        ("consensus", _("It claims no consensus where difference is recognised")),
        ("no_ruling", _("Nothing in it can be taken for a ruling, which belongs to the competent council")),
        ("not_spread", _("It answers the claim without spreading it again")),
    ),
    "language": (
        ("sound", _("The language is sound and fits those it addresses")),
        ("not_misread", _("Nothing in it can be misread, or read as mockery of anyone")),
        ("names", _("Names, dates and the line of disclosure are right")),
        ("pictures", _("The pictures are described for those who cannot see them")),
    ),
}


@dataclass(frozen=True)
class Question:
    code: str
    text: str
    is_ticked: bool


def questions_of(gate_code: str, ticked: list[str]) -> list[Question]:
    return [Question(code, str(text), code in ticked) for code, text in QUESTIONS.get(gate_code, ())]


def refuse_unanswered(gate_code: str, ticked: list[str]) -> list[dict[str, str]]:
    """The answers to keep, as the questions read to the signer. Raises Invalid while one of them is not answered."""
    found = questions_of(gate_code, ticked)
    if not all(question.is_ticked for question in found):
        raise Invalid(_("Answer every question of this gate first; then sign."), code="unanswered")
    return [{"code": question.code, "text": question.text} for question in found]
