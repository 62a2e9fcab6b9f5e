"""Owns reading a request's parameters in each form that the networks' clients send: query, form, multipart, JSON.

Multipart is parsed with the standard library, so that the simulator needs no package of its own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

TRUE_WORDS = frozenset({"1", "true", "t", "on", "yes"})


class UnreadableBody(ValueError):
    """The body does not parse as the content type that the client announced."""


@dataclass(frozen=True)
class Upload:
    filename: str
    mime: str
    content: bytes


@dataclass(frozen=True)
class Params:
    """Values by name, `name[]` and `name` alike; a later value of a single name wins."""

    values: dict[str, list[Any]]
    uploads: dict[str, Upload]

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def text(self, name: str, default: str = "") -> str:
        found = self.values.get(name)
        return default if not found or found[-1] is None else str(found[-1])

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in TRUE_WORDS

    def items(self, name: str) -> list[Any]:
        return self.values.get(name, [])


async def read_params(request: Request) -> Params:
    """Query and body together, the body winning; raises UnreadableBody."""
    values: dict[str, list[Any]] = {}
    uploads: dict[str, Upload] = {}
    _collect(values, request.query_params.multi_items())
    if request.method not in {"GET", "HEAD"}:
        body = await request.body()
        pairs, uploads = _parse(request.headers.get("content-type", ""), body)
        for name in {name for name, _ in pairs}:
            values.pop(name.split("[]")[0], None)
        _collect(values, pairs)
    return Params(values, uploads)


def _collect(values: dict[str, list[Any]], pairs: list[tuple[str, Any]]) -> None:
    for name, value in pairs:
        if "[][" in name:
            _collect_object(values, name, value)
        else:
            values.setdefault(name.removesuffix("[]"), []).append(value)


def _collect_object(values: dict[str, list[Any]], name: str, value: Any) -> None:
    """`list[][key]`, as forms name the keys of objects in a list: one that an object has already begins the next."""
    outer, _, key = name.removesuffix("]").partition("[][")
    objects = values.setdefault(outer, [])
    if not objects or not isinstance(objects[-1], dict) or key in objects[-1]:
        objects.append({})
    objects[-1][key] = value


def _parse(content_type: str, body: bytes) -> tuple[list[tuple[str, Any]], dict[str, Upload]]:
    kind = content_type.split(";")[0].strip().lower()
    if kind == "application/json":
        return _from_json(body), {}
    if kind == "multipart/form-data":
        return _from_multipart(content_type, body)
    return list(parse_qsl(_utf8(body), keep_blank_values=True)), {}


def _utf8(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise UnreadableBody("body is not UTF-8") from error


def _from_json(body: bytes) -> list[tuple[str, Any]]:
    try:
        data = json.loads(body or b"{}")
    except ValueError as error:
        raise UnreadableBody("body is not JSON") from error
    if not isinstance(data, dict):
        raise UnreadableBody("body is not a JSON object")
    pairs: list[tuple[str, Any]] = []
    for name, value in data.items():
        many = value if isinstance(value, list) else [value]
        pairs += [(name, item) for item in many]
    return pairs


def _from_multipart(content_type: str, body: bytes) -> tuple[list[tuple[str, Any]], dict[str, Upload]]:
    """Split at the boundary by hand: a mail parser would have to be trusted not to touch binary line ends."""
    boundary = _header("content-type", content_type).get_param("boundary")
    if not isinstance(boundary, str):
        raise UnreadableBody("multipart without a boundary")
    pairs: list[tuple[str, Any]] = []
    uploads: dict[str, Upload] = {}
    for piece in (b"\r\n" + body).split(b"\r\n--" + boundary.encode())[1:-1]:
        raw_headers, _, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers = message_from_string(_utf8(raw_headers))
        name = str(headers.get_param("name", header="content-disposition"))
        filename = headers.get_filename()
        if filename is None:
            pairs.append((name, _utf8(content)))
        else:
            uploads[name] = Upload(filename, headers.get_content_type(), content)
    return pairs, uploads


def _header(name: str, value: str) -> Message:
    message = Message()
    message[name] = value
    return message
