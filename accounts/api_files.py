"""Files in /api/v1/: taken as bytes of a form, and given whatever kind of answer the caller says it would take."""

from collections.abc import Iterable
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request


@extend_schema_field(OpenApiTypes.BINARY)
class UploadedField(serializers.FileField):
    """Described as the bytes that it takes, not as the address that a stored file is answered with."""


class AsFile(BaseContentNegotiation):
    def select_renderer(self, request: Request, renderers: Iterable[Any], format_suffix: Any = None) -> Any:
        first = next(iter(renderers))
        return first, first.media_type
