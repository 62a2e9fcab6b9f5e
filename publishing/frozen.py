"""Payloads as they will be sent: read back from the signed row, checked against their digest, never rebuilt.

Owns the per-part idempotency key: HMAC(delivery, part, digest), so that the same bytes have the same key.
"""

import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

from django.conf import settings

from campaigns.models import Payload
from networks.registry import adapter_class
from networks.types import Post
from publishing.models import Delivery, Part


def is_intact(payload: Payload) -> bool:
    """Whether the stored bytes are still the ones that were signed."""
    return hashlib.sha256(payload.canonical.encode()).hexdigest() == payload.digest


def body_of(payload: Payload) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(payload.canonical)
    return body


def posts_of(payload: Payload) -> list[Post]:
    return [Post.from_json(part) for part in body_of(payload)["parts"]]


def post_of(part: Part) -> Post:
    """The post of one part; a later part answers the one before it."""
    post = posts_of(part.delivery.payload)[part.position]
    if part.position == 0:
        return post
    before = part.delivery.parts.get(position=part.position - 1)
    return replace(post, reply_to=before.remote_id)


def upload_seconds(part: Part) -> float:
    """How much longer than a short request the part's send may take, because its pictures travel in it."""
    return adapter_class(part.delivery.channel.network).upload_seconds(post_of(part))


def part_key(delivery: Delivery, position: int) -> str:
    message = f"{delivery.pk}:{position}:{delivery.payload.digest}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()
