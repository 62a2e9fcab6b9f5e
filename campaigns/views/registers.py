"""The one page on which a row of a register is written: a new one, or another version of one that stands."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render

from accounts.actors import ActorRequest
from chain.errors import Invalid, StaleState
from library.forms import Register, refused

F = TypeVar("F", bound=Register)


@dataclass(frozen=True)
class Page:
    """`about` names the row that is edited; `back` is where one goes without saving."""

    heading: str
    about: str
    back: str
    lede: str = ""


def show(request: ActorRequest, page: Page, form: Register, *, status: int = 200) -> HttpResponse:
    return render(request, "library/form.html", {"page": page, "form": form}, status=status)


def upon_newest(form: F, row: Any) -> F:
    """What was typed, ready to be saved upon the version that stands now, with what is wrong said on top."""
    row.refresh_from_db()
    typed = QueryDict(mutable=True)
    typed.update(form.data)
    for name in form.data:
        typed.setlist(name, form.data.getlist(name))  # type: ignore[attr-defined]
    typed["version"] = str(row.version)
    form.data = typed
    return form


def new(request: ActorRequest, page: Page, form: F, keep: Callable[[F], str]) -> HttpResponse:
    """Show the empty form, or keep what was posted and go where `keep` says."""
    if request.method != "POST":
        return show(request, page, form)
    if not form.is_valid():
        return show(request, page, form, status=422)
    try:
        return redirect(keep(form))
    except Invalid as error:
        refused(form, error)
        return show(request, page, form, status=422)


def change(request: ActorRequest, page: Page, form: F, row: Model, keep: Callable[[F, int], str]) -> HttpResponse:
    """The same for a row that stands; `keep` gets the version that the edit was built upon."""
    if request.method != "POST":
        return show(request, page, form)
    if not form.is_valid():
        return show(request, page, form, status=422)
    try:
        return redirect(keep(form, form.cleaned_data["version"] or 0))
    except (Invalid, StaleState) as error:
        refused(form, error)
        return show(request, page, upon_newest(form, row), status=error.status)
