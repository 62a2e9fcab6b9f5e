"""A person at the simulated network's own page: registers an application there, consents, and is sent back."""

import json
from http.client import HTTPConnection
from urllib.parse import parse_qs, urlencode, urlsplit

from sandbox.testing import SandboxClient

BACK = "http://127.0.0.1:8000/channels/consented/"
SCOPES = "read write"


def post(address: str, form: dict[str, str]) -> tuple[str, bytes]:
    """(Location, body); no redirect is followed."""
    target = urlsplit(address)
    line = HTTPConnection(target.netloc, timeout=5)
    line.request(
        "POST",
        f"{target.path}?{target.query}",
        urlencode(form),
        {"Content-Type": "application/x-www-form-urlencoded"},
    )
    answer = line.getresponse()
    body = answer.read()
    line.close()
    return answer.headers.get("Location") or "", body


def register(network: SandboxClient, back: str = BACK) -> dict[str, str]:
    """An application of the institution's on the network: what `set_application` wants."""
    form = {"client_name": "Sanad", "redirect_uris": back, "scopes": SCOPES}
    told = json.loads(post(f"{network.base('mastodon')}/api/v1/apps", form)[1])
    return {"client_id": told["client_id"], "client_secret": told["client_secret"]}


def allow(address: str, handle: str) -> dict[str, str]:
    """Allow it on the network's page; what stands in the address to which the network sends the person back."""
    location, _body = post(address, {"account": handle})
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
