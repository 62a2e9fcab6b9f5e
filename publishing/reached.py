"""What preparing reached of a part, kept with the attempt and sealed: addresses of uploads open for whoever has them.

Preparing may always begin anew, so what no key opens any more counts as nothing.
"""

from collections.abc import Mapping
from typing import Any

from chain.errors import Invalid
from publishing.credentials import seal, unseal
from publishing.models import Attempt, Part


def remember(attempt: Attempt, part: Part, saved: Mapping[str, Any]) -> None:
    """Keep it, so that the next try goes on from there."""
    attempt.saved = {**attempt.saved, str(part.position): seal(saved).decode() if saved else ""}
    Attempt.objects.filter(pk=attempt.pk).update(saved=attempt.saved)


def reached(attempt: Attempt, part: Part) -> dict[str, Any]:
    """What `remember` was last given for this part, {} where nothing was."""
    kept = attempt.saved.get(str(part.position), "")
    if not isinstance(kept, str):  # as a release before kept it
        return dict(kept)
    try:
        return unseal(kept.encode()) if kept else {}
    except Invalid:
        return {}
