"""Paging of /api/v1/ lists. What is asked beyond the limits is refused in words, never quietly cut."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request

from accounts.api_filters import BadParameters

LAST = 1_000_000


class Pages(PageNumberPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        read(request, self.page_query_param, LAST)
        self.invalid_page_message = _("There is no page {page_number} of this list: it ends before.")
        return super().paginate_queryset(queryset, request, view)

    def get_page_size(self, request: Request) -> int:
        return read(request, "page_size", self.max_page_size) or self.page_size

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        size = _("How many rows a page has: at most %(most)s, and %(usual)s unless given.")
        size %= {"most": self.max_page_size, "usual": self.page_size}
        said = _("Which page of the list, from 1. `count` says how many rows there are, `next` leads on.")
        return [number("page", said, 1, LAST), number("page_size", size, self.page_size, self.max_page_size)]


def read(request: Request, name: str, most: int) -> int | None:
    """The number that a parameter gives, None without one. Raises BadParameters."""
    given = request.query_params.get(name, "")
    if not given:
        return None
    found = int(given) if given.isascii() and given.isdigit() and len(given) <= len(str(most)) else 0
    if not 1 <= found <= most:
        raise BadParameters({name: [_("Give a whole number from 1 to %(most)s.") % {"most": most}]})
    return found


def number(name: str, said: str, usual: int, most: int) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 1, "maximum": most, "default": usual}
    return {"name": name, "in": "query", "required": False, "description": said, "schema": schema}
