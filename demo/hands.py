"""Does by hand what a person does on a network without an interface: posts the words, copies the link, reads figures.

It sees only what the person sees: the package that was made ready, and the pages of the network.
"""

import re
import urllib.parse
import urllib.request
from collections.abc import Sequence

SECONDS = 10.0
COUNTED = re.compile(r'<footer class="meta figures">(.*?)</footer>', re.DOTALL)
ONE = re.compile(r"<span>(.*?)</span>", re.DOTALL)


def post(share_link: str, channel: str, text: str) -> str:
    """Send the words in the network's own window; the address at which the post stands then."""
    window = share_link.partition("?")[0]
    body = urllib.parse.urlencode({"channel": channel, "text": text}).encode()
    with urllib.request.urlopen(window, body, timeout=SECONDS) as answer:  # noqa: S310  (the operator's own address)
        return str(answer.url)


def read_figures(permalink: str) -> Sequence[int]:
    """The numbers under the post, in the order in which the page shows them."""
    with urllib.request.urlopen(permalink, timeout=SECONDS) as answer:  # noqa: S310
        page = answer.read().decode()
    under = COUNTED.search(page)
    shown = ONE.findall(under[1]) if under else []
    return [int("".join(re.findall(r"\d", said)) or 0) for said in shown]
