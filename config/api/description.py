"""What the OpenAPI description says of every operation alike: its errors, and the key of a request to be repeated."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema_field
from rest_framework import serializers

from config.api.idempotency import HEADER, KEY, UNSAFE
from config.api.problems import CONTENT_TYPE

S = serializers


@extend_schema_field({"type": "object", "additionalProperties": {}, "example": {"due_at": ["…"]}})
class ErrorsField(S.JSONField):
    """Sentences by field or parameter; nested where the body is."""


class ProblemShape(S.Serializer[Any]):
    """Problem details (RFC 9457): `code` for the program, `detail` for the person, `errors` by what is to be mended."""

    type = S.CharField()
    title = S.CharField()
    status = S.IntegerField()
    detail = S.CharField()
    code = S.CharField()
    errors = ErrorsField(required=False)  # type: ignore[assignment]  # a field of that name, not a serializer's errors


class Described(AutoSchema):
    def get_override_parameters(self) -> list[Any]:
        found = [*super().get_override_parameters(), retry_after()]
        return [*found, idempotency_key()] if self.method in UNSAFE else found

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        """The answers that the view declares, and the problems that any such operation may end in."""
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for code, said in self.problems().items():
            answer = OpenApiResponse(ProblemShape, said)
            bodies.setdefault(code, self._get_response_for_code(answer, code, [CONTENT_TYPE]))  # type: ignore[no-untyped-call]
        return bodies

    def problems(self) -> dict[str, str]:
        is_list, is_unsafe = self._is_list_view(), self.method in UNSAFE
        found = {
            "400": _("The address or the body cannot be read; `errors` names a parameter."),
            "401": _("Nobody proved who asks, or the token is unknown, revoked or expired."),
            "403": _("You may not do this here: the role, the token's scopes or a fresh second factor is lacking."),
            "406": _("The API answers in JSON alone."),
            "429": _("Too many requests: wait as many seconds as `Retry-After` says."),
        }
        if is_list or is_unsafe or "{" in self.path:
            found["404"] = _("There is no such thing, or no such page, for you.")
        if is_unsafe:
            found["409"] = _("Somebody changed it meanwhile, or the idempotency key is taken. Nothing was changed.")
            found["413"] = _("The body is larger than a request may be.")
            found["415"] = _("The body is of a kind that is not taken here.")
        if is_unsafe or "{" in self.path:
            found["422"] = _("It was understood and is refused: `detail` says why, `errors` what is to be mended.")
        return found


def retry_after() -> OpenApiParameter:
    said = _("Seconds to wait, never 0.")
    schema = {"type": "integer", "minimum": 1}
    return OpenApiParameter("Retry-After", schema, OpenApiParameter.HEADER, description=said, response=[429])


def idempotency_key() -> OpenApiParameter:
    said = _(
        "A key of your own for this request, a UUID for example. Repeated within 24 hours with the same key, it is "
        "done once: the first answer comes back with `Idempotent-Replayed: true`."
    )
    schema = {"type": "string", "pattern": KEY, "minLength": 1, "maxLength": 200}
    return OpenApiParameter(HEADER, schema, OpenApiParameter.HEADER, description=said)
