"""Acts that are signed: what was typed waits while the second factor is confirmed, and the page comes back to it."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import ActorRequest


def confirm_first(request: ActorRequest, *, back: str, what: str, role: str, digest: str) -> HttpResponse:
    """Keep the posted fields, say what is about to be signed, and lead to the second factor and back."""
    request.session[_key(back)] = request.POST.urlencode()
    request.session["confirming"] = {"what": what, "role": role, "digest": digest, "next": back}
    return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': back})}")


def keep(request: ActorRequest, back: str) -> None:
    """What was typed waits for the page to be shown again."""
    request.session[_key(back)] = request.POST.urlencode()


def taken_up(request: ActorRequest, back: str) -> dict[str, Any]:
    """What was typed before, once: `note`, `why`, `text`, `quote`, `gate`, and `answers` that were ticked.

    Who comes back with the factor confirmed has not acted yet, and is told so: the page looks as it did before.
    """
    waiting = QueryDict(request.session.pop(_key(back), ""))
    confirming = request.session.pop("confirming", None)
    if confirming and confirming["next"] == back and not request.actor.awaiting_second_factor:
        said = _("It is confirmed that it is you, but nothing is signed or sent yet: press the button once more.")
        messages.warning(request, said)
    names = ("note", "why", "text", "quote", "gate")
    return {**{name: waiting.get(name, "") for name in names}, "answers": waiting.getlist("answer")}


def _key(back: str) -> str:
    return f"kept:{back}"
