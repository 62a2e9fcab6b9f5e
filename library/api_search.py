"""`?q=` in /api/v1/ lists: rows that have every word given, however it is vowelled or spelt."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from accounts.api_filters import FilterBackend, Ordering
from library.folding import matching


class Words(BaseFilterBackend):
    """For lists of rows with a `folded` column."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        return matching(queryset, request.query_params.get("q", ""))

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        said = str(_("Rows that have every one of these words, whatever their vowels and forms of letters."))
        return [{"name": "q", "in": "query", "required": False, "description": said, "schema": {"type": "string"}}]


SEARCHED = [FilterBackend, Words, Ordering]
