"""Takes secrets out of text that will be stored, shown or logged.

Owns both ways: the secrets one knows, and the shapes in which tokens usually stand.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

HIDDEN = "[redacted]"
_NAMES = (
    r"(?:access_token|refresh_token|client_secret|appsecret_proof|id_token|token|code|password|authorization|api_key"
    r"|upload_id|upload_token|sig|signature)"
)
"""The last ones open an upload to whoever has its address."""
_SHAPES = (
    re.compile(r"(?i)\b((?:bearer|basic)\s+)[\w.~+/=-]+"),
    re.compile(rf"(?i)(\"{_NAMES}\"\s*:\s*\")[^\"]*"),
    re.compile(rf"(?i)\b({_NAMES}=)[^&\s\"'<>]+"),
    re.compile(r"(/bot)\d+(?::|%3A)[\w-]+"),
)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without the given secrets, in any URL encoding, and without whatever looks like a token."""
    known = {form for secret in secrets if secret for form in _forms(secret)}
    for form in sorted(known, key=len, reverse=True):
        text = text.replace(form, HIDDEN)
    for shape in _SHAPES:
        text = shape.sub(rf"\1{HIDDEN}", text)
    return text


def _forms(secret: str) -> tuple[str, ...]:
    return secret, quote(secret, safe=""), quote_plus(secret)
