"""Filters and order of the lists: by the fields that a list names, never telling what another institution has.

Owns how a relation is filtered: by its plain number, within what the caller may see anyway. Asking the related table,
as django-filter does by itself, would tell whether somebody else's number exists. A value that makes no sense is
refused by its parameter's name; nothing that was asked for is passed over in silence.
"""

from datetime import UTC, datetime
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from django_filters.fields import IsoDateTimeField
from django_filters.filters import BooleanFilter
from rest_framework import exceptions, serializers, status
from rest_framework.filters import OrderingFilter
from rest_framework.request import Request

LARGEST = 2**63 - 1


class BadParameters(exceptions.ValidationError):
    """What the address asks for makes no sense: `detail` is the sentences by the name of the parameter."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "bad_parameter"


def asked(shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """What stands after the `?`, read by a shape. Raises BadParameters."""
    checked = shape(data=request.query_params)
    if not checked.is_valid():
        raise BadParameters(checked.errors)
    data: dict[str, Any] = checked.validated_data
    return data


def numbered(_field: "models.Field[Any, Any]") -> dict[str, int]:
    return {"min_value": 1, "max_value": LARGEST, "decimal_places": 0}


class TrueOrFalse(forms.Field):
    """`true` or `false`; django-filter's own field takes any other word for no filter at all."""

    WORDS: ClassVar[dict[str, bool]] = {"true": True, "false": False}

    def to_python(self, value: Any) -> bool | None:
        if value in self.empty_values:
            return None
        if (read := self.WORDS.get(str(value).lower())) is None:
            raise ValidationError(_("Write true or false."), code="invalid")
        return read


class TrueOrFalseFilter(BooleanFilter):  # type: ignore[misc]  # the package has no types
    field_class = TrueOrFalse


class MomentField(IsoDateTimeField):  # type: ignore[misc]  # the package has no types
    """A time with its zone, taken to UTC: PostgreSQL knows no distance to it of sixteen hours and more."""

    def to_python(self, value: Any) -> datetime | None:
        moment: datetime | None = super().to_python(value)
        try:
            return moment and moment.astimezone(UTC)
        except OverflowError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class MomentFilter(filters.IsoDateTimeFilter):  # type: ignore[misc]  # the package has no types
    field_class = MomentField


class NumberedFilterSet(filters.FilterSet):  # type: ignore[misc]  # the package has no types
    FILTER_DEFAULTS: ClassVar[dict[Any, Any]] = {
        **filters.FilterSet.FILTER_DEFAULTS,
        models.ForeignKey: {"filter_class": filters.NumberFilter, "extra": numbered},
    }

    @classmethod
    def filter_for_lookup(cls, field: Any, lookup_type: str) -> tuple[Any, dict[str, Any]]:
        if lookup_type == "isnull":
            return TrueOrFalseFilter, {}
        found: tuple[Any, dict[str, Any]] = super().filter_for_lookup(field, lookup_type)
        return found


class FilterBackend(filters.DjangoFilterBackend):  # type: ignore[misc]  # the package has no types
    filterset_base = NumberedFilterSet
    raise_exception = False

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        filterset = self.get_filterset(request, queryset, view)
        if filterset is None:
            return queryset
        if not filterset.is_valid():
            raise BadParameters({name: list(said) for name, said in filterset.errors.items()})
        narrowed: QuerySet[Any] = filterset.qs
        return narrowed


class Ordering(OrderingFilter):
    """`?ordering=-due_at,id`: by fields that the view declares in `ordering_fields`, ties in the order of their ids."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        wanted = [name.strip() for name in request.query_params.get(self.ordering_param, "").split(",")]
        wanted = [name for name in wanted if name]
        offered = declared(view)
        if unknown := [name for name in wanted if name.removeprefix("-") not in offered]:
            said = _("This list is not ordered by “%(name)s”, but by: %(names)s; with - before it from the end.")
            raise BadParameters({self.ordering_param: [said % {"name": unknown[0], "names": ", ".join(offered)}]})
        return queryset.order_by(*(by_column(queryset, name) for name in wanted), "pk") if wanted else queryset

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        names = [f"{sign}{name}" for name in declared(view) for sign in ("", "-")]
        said = _("What the list is ordered by, the first first; with `-` before it from the end.")
        schema = {"type": "array", "items": {"type": "string", "enum": names}}
        parameter = {"name": self.ordering_param, "in": "query", "required": False, "description": said}
        return [{**parameter, "schema": schema, "explode": False, "style": "form"}]


def by_column(queryset: QuerySet[Any], name: str) -> str:
    """A relation by its number: its name alone would mean the order of the related list."""
    sign = "-" if name.startswith("-") else ""
    return sign + str(queryset.model._meta.get_field(name.removeprefix("-")).attname)


def declared(view: Any) -> list[str]:
    fields: list[str] = view.ordering_fields
    return fields
