"""WhatsApp Channels: no interface to talk to, so only what applies of the contract, and what a person's link says."""

import pytest

from networks.adapters.whatsapp import WhatsApp
from networks.base import Capability
from networks.errors import Code, NotSupported, ProblemCode, Rejected
from networks.types import Connection, Post, Processing, Ready, Severity
from tests.networks.contract import BASMALA, KEY, SignedMedia, client, picture

CHANNEL = "0029VaExample1234567"
HOME = f"https://whatsapp.com/channel/{CHANNEL}"


def adapter(base_url: str = WhatsApp.default_url, handle: str = HOME) -> WhatsApp:
    return WhatsApp(Connection(base_url=base_url, handle=handle), client(), SignedMedia())


def test_it_declares_nothing_that_a_program_could_do() -> None:
    assert WhatsApp.capabilities == frozenset()
    for call in (lambda: adapter().check_status("1"), lambda: adapter().get_account_metrics()):
        with pytest.raises(NotSupported):
            call()
    assert Capability.POST_METRICS not in WhatsApp.capabilities
    assert WhatsApp.metrics


def test_publishing_puts_it_into_a_persons_hands_and_nothing_on_the_network() -> None:
    ready = adapter().prepare(Post(BASMALA, media=(picture(),)), {})
    assert isinstance(ready, Ready)
    assert adapter().publish(ready, KEY) == Processing(ref=KEY, check_after=None)


@pytest.mark.parametrize(("sha256", "code"), [("0" * 64, Code.MEDIA_CHANGED), ("1" * 64, Code.MEDIA_MISSING)])
def test_bytes_other_than_the_signed_ones_are_never_handed_over(sha256: str, code: Code) -> None:
    with pytest.raises(Rejected) as caught:
        adapter().prepare(Post(BASMALA, media=(picture(sha256=sha256),)), {})
    assert caught.value.code == code


def test_the_channels_public_link_says_which_channel_it_is() -> None:
    profile = adapter(handle=f"https://www.whatsapp.com/channel/{CHANNEL}/").get_profile()
    assert (profile.remote_id, profile.url) == (CHANNEL, HOME)


@pytest.mark.parametrize(
    "link",
    ["", HOME.replace("whatsapp.com", "whatsapp.com.evil.example"), "https://whatsapp.com/0029Va", f"{HOME}/12",
     f"http://whatsapp.com/channel/{CHANNEL}", "https://[", "https://whatsapp.com/channel/a b"],
)  # fmt: skip
def test_another_link_is_refused(link: str) -> None:
    with pytest.raises(Rejected):
        adapter(handle=link).get_profile()


@pytest.mark.parametrize(
    ("permalink", "found"),
    [
        (f"{HOME}/131", f"{CHANNEL}/131"),
        (f"{HOME}/131/", f"{CHANNEL}/131"),
        (HOME, None),
        (f"{HOME}/post", None),
        ("https://whatsapp.com/131", None),
        ("https://[", None),
    ],
)
def test_the_id_of_a_post_is_read_in_its_link(permalink: str, found: str | None) -> None:
    assert WhatsApp.remote_id_in(permalink) == found


def test_a_link_of_another_channel_is_not_on_the_account() -> None:
    assert WhatsApp.is_on_account(f"https://www.whatsapp.com/channel/{CHANNEL}/1", HOME)
    for other in (f"{HOME}2/1", f"https://evil.example/channel/{CHANNEL}/1", "https://["):
        assert not WhatsApp.is_on_account(other, HOME)


def test_the_application_is_opened_with_the_words_letter_by_letter() -> None:
    link = adapter().share_link(Post("سطر\nثانٍ & ثالث", tags=("رفق",)))
    assert link.startswith("https://wa.me/?text=%D8%B3")
    assert "%0A" in link
    assert "%26" in link
    assert "%23" in link


def test_a_text_beside_a_picture_is_shorter() -> None:
    long = Post("ا" * 1025)
    assert adapter().validate(long) == []
    problems = adapter().validate(Post("ا" * 1025, media=(picture(),)))
    blocking = [problem.code for problem in problems if problem.severity is Severity.BLOCK]
    assert blocking == [ProblemCode.TEXT_TOO_LONG]
