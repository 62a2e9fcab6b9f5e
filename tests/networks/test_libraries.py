"""Client libraries reach the channel's base URL and nothing else."""

import gc
import weakref

import pytest

from networks.graph import Graph
from networks.libraries import LibrarySession, moved
from outgoing import Client, NeverSent
from tests.outgoing.loopback import Reply, serving


@pytest.mark.parametrize(
    ("url", "base_url", "whole"),
    [
        ("https://api.x.com/2/tweets?a=1", "http://127.0.0.1:8010/x", "http://127.0.0.1:8010/x/2/tweets?a=1"),
        ("https://graph.facebook.com/v25.0/me", "https://graph.facebook.com", "https://graph.facebook.com/v25.0/me"),
        ("https://graph.facebook.com/me", "https://graph.example/", "https://graph.example/me"),
    ],
)
def test_path_and_query_move_to_the_base_url(url: str, base_url: str, whole: str) -> None:
    assert moved(url, base_url) == whole


def test_a_librarys_request_goes_to_the_base_url_and_its_answer_is_kept() -> None:
    with serving(Reply({"ok": 1}, 429, {"X-Rate-Limit-Reset": "5"})).running() as network:
        session = LibrarySession(Client(allow_private=True), network.url)
        response = session.get("https://api.x.com/2/users/me", timeout=600)
        assert response.json() == {"ok": 1}
        assert session.answered is response
        assert [(asked.method, asked.path) for asked in network.asked] == [("GET", "/2/users/me")]
        assert network.asked[0].headers["Host"] == network.url.removeprefix("http://")


def test_the_guard_stays_under_the_library() -> None:
    session = LibrarySession(Client(), "http://127.0.0.1:9")
    with pytest.raises(NeverSent):
        session.get("https://api.x.com/2/users/me")


def test_a_picture_that_was_sent_is_let_go_with_its_answer() -> None:
    """Not only when the collector of rings comes round: ten pictures of ten megabytes would wait for it."""
    gc.disable()
    try:
        with serving(Reply({"id": "1"})).running() as network:
            graph = Graph(Client(allow_private=True), network.url, "token", None)
            response = graph.response_to(lambda given: given.put_photo(image=b"picture"))
            sent = weakref.ref(response.request)
            del response
            assert sent() is None
    finally:
        gc.enable()
