"""Nothing typed is lost: a form that met a lapsed second factor waits, filled in, until the person is back.

Kept in the session, per form, until it is shown again; never for a form with a password in it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.http import HttpRequest, HttpResponseBase, QueryDict

from chain.errors import SecondFactorNeeded

V = TypeVar("V", bound=Callable[..., HttpResponseBase])


def keeps(name: str) -> Callable[[V], V]:
    """Keep what was posted to this view when it raises SecondFactorNeeded. Goes above `@needs`."""

    def decorate(view: V) -> V:
        @wraps(view)
        def keeping(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                return view(request, *args, **kwargs)
            except SecondFactorNeeded:
                request.session[_key(name)] = request.POST.urlencode()
                raise

        return cast(V, keeping)

    return decorate


def kept(request: HttpRequest, name: str) -> QueryDict | None:
    """What was typed before, once; None when nothing waits."""
    waiting = request.session.pop(_key(name), None)
    return QueryDict(waiting) if waiting else None


def _key(name: str) -> str:
    return f"kept:{name}"
