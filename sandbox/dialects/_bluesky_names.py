"""Owns how the simulated Bluesky names things: accounts (DID), records (TID, AT URI) and contents (CID).

Sources (read 2026-11): https://atproto.com/specs/{did,handle,tid,record-key,at-uri-scheme,data-model,blob}.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from datetime import UTC, datetime
from typing import Any

from sandbox.records import Account
from sandbox.world import World

SLUG = "bluesky"
POST = "app.bsky.feed.post"
PROFILE = "app.bsky.actor.profile"
DOMAIN = "bsky.test"
"""Handles are domain names; `.test` is the one ending that the protocol leaves to tests."""
SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"
TID = re.compile(r"[2-7a-j][2-7a-z]{12}")
RECORD_KEY = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9_~.:-]{1,512}")
AT_URI = re.compile(r"at://(?P<authority>[^/\s]+)/(?P<collection>[A-Za-z0-9.-]+)/(?P<rkey>[A-Za-z0-9_~.:-]{1,512})")
DAG_CBOR, RAW = 0x71, 0x55
LINK_TAG = b"\xd8\x2a"
INTEGERS = 2**53

Json = dict[str, Any]

_sequence = itertools.count()


def moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def whole_handle(name: str) -> str:
    """The handle of an account opened under `name`: lower case, a name of this server unless it is a domain already."""
    bare = name.lower().replace("_", "-").strip("-")
    return bare if "." in bare else f"{bare}.{DOMAIN}"


def did_of(handle: str) -> str:
    digest = hashlib.sha256(f"{SLUG}:{handle}".encode()).digest()
    return "did:plc:" + base64.b32encode(digest).decode().lower()[:24]


def account_named(world: World, name: str) -> Account | None:
    """By DID, by handle, or by the name under which it was opened here."""
    wanted = name.strip().lstrip("@")
    if not wanted.startswith("did:"):
        return world.account_by_handle(SLUG, whole_handle(wanted)) if wanted else None
    return next((one for one in world.accounts(SLUG) if did_of(one.handle) == wanted), None)


def tid(at: float, low_bits: int) -> str:
    """Thirteen characters that sort by time: microseconds, then ten bits that tell two of one moment apart."""
    number = (int(at * 1_000_000) << 10) + low_bits
    return "".join(SORTABLE[number >> shift & 31] for shift in range(60, -1, -5))


def next_tid(at: float) -> str:
    return tid(at, next(_sequence))


def uri_of(handle: str, rkey: str, collection: str = POST) -> str:
    return f"at://{did_of(handle)}/{collection}/{rkey}"


def rkey_of(uri: str) -> str:
    return uri.rpartition("/")[2]


def canonical(world: World, uri: str) -> str:
    """The URI with the DID in the place of a handle that is known here."""
    match = AT_URI.fullmatch(uri)
    account = account_named(world, match["authority"]) if match else None
    return uri_of(account.handle, match["rkey"], match["collection"]) if match and account else uri


def record_cid(record: Any) -> str:
    """Raises ValueError for what the data model does not hold: fractions, lone surrogates, integers over 53 bits."""
    return _cid(DAG_CBOR, _cbor(record))


def blob_cid(content: bytes) -> str:
    return _cid(RAW, content)


def _cid(codec: int, content: bytes) -> str:
    whole = bytes([1, codec, 0x12, 0x20]) + hashlib.sha256(content).digest()
    return "b" + base64.b32encode(whole).decode().lower().rstrip("=")


def _cbor(value: Any) -> bytes:
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", True: b"\xf5", False: b"\xf4"}[value]
    if isinstance(value, int) and abs(value) < INTEGERS:
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, str):
        return _head(3, len(raw := value.encode())) + raw
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(_cbor(item) for item in value)
    if isinstance(value, dict):
        return _cbor_map(value)
    raise ValueError("not in the data model")


def _cbor_map(value: Json) -> bytes:
    """Links and bytes have a JSON form of their own; other keys stand by length, then by byte."""
    if value.keys() == {"$link"}:
        raw = b"\0" + _bytes_of_cid(str(value["$link"]))
        return LINK_TAG + _head(2, len(raw)) + raw
    if value.keys() == {"$bytes"}:
        raw = base64.b64decode(str(value["$bytes"]) + "==")
        return _head(2, len(raw)) + raw
    keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
    return _head(5, len(keys)) + b"".join(_cbor(key) + _cbor(value[key]) for key in keys)


def _bytes_of_cid(cid: str) -> bytes:
    encoded = cid.removeprefix("b").upper()
    return base64.b32decode(encoded + "=" * (-len(encoded) % 8))


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    size = next(size for size in (1, 2, 4, 8) if number < 1 << 8 * size)
    return bytes([major << 5 | 23 + size.bit_length()]) + number.to_bytes(size, "big")
