"""Views and pages of the simulated Bluesky: profiles, posts, figures, feeds, threads, and what a person sees."""

from __future__ import annotations

import pytest
import requests

from sandbox.testing import ManualClock, SandboxClient
from tests.sandbox.bluesky import HANDLE, POST, RKEY, Agent, Json, facet, images, opened
from tests.sandbox.conftest import picture

FIGURES = ("likeCount", "repostCount", "replyCount", "quoteCount")
LINK = "https://rabita.example/ص"
TEXT = f"قال تعالى\n\nانظر {LINK} و#سند مع @رابطة."


@pytest.fixture
def agent(sandbox: SandboxClient) -> Agent:
    return Agent.of(sandbox)


def linked(agent: Agent) -> list[Json]:
    kind = "app.bsky.richtext.facet#"
    return [
        facet(TEXT, "@رابطة", **{"$type": f"{kind}mention", "did": agent.did}),
        facet(TEXT, LINK, **{"$type": f"{kind}link", "uri": LINK}),
        facet(TEXT, "#سند", **{"$type": f"{kind}tag", "tag": "سند"}),
    ]


def page(agent: Agent, path: str) -> str:
    answer = requests.get(f"{agent.base}{path}", timeout=5)
    assert answer.status_code == 200
    return answer.text


def viewed(agent: Agent, uri: str) -> Json:
    found: Json = agent.get("app.bsky.feed.getPosts", uris=uri).json()["posts"][0]
    return found


def reply_to(*posts: Json) -> Json:
    root, parent = ({"uri": post["uri"], "cid": post["cid"]} for post in posts)
    return {"root": root, "parent": parent}


def test_the_profile_names_the_institution(agent: Agent) -> None:
    for actor in (HANDLE, agent.did):
        profile = agent.get("app.bsky.actor.getProfile", actor=actor).json()
        assert (profile["did"], profile["handle"]) == (agent.did, HANDLE)
        assert "الرابطة المحمدية للعلماء" in profile["description"]
        assert profile["followersCount"] > 0
    nobody = agent.get("app.bsky.actor.getProfile", actor="nobody.bsky.test")
    assert (nobody.status_code, nobody.json()["message"]) == (400, "Profile not found")


def test_views_are_read_without_an_account(agent: Agent) -> None:
    uri = agent.post("نص").json()["uri"]
    agent.access = None
    assert viewed(agent, uri)["author"]["handle"] == HANDLE


def test_a_picture_is_seen_by_anybody_with_its_words(agent: Agent) -> None:
    blob = agent.upload().json()["blob"]
    view = viewed(agent, agent.post("صورة", embed=images(blob)).json()["uri"])["embed"]
    assert view["$type"] == "app.bsky.embed.images#view"
    assert (view["images"][0]["alt"], view["images"][0]["aspectRatio"]) == ("مخطوط", {"width": 40, "height": 30})
    assert requests.get(view["images"][0]["fullsize"], timeout=5).content == picture()


def test_twenty_five_posts_are_read_at_once_and_unknown_ones_left_out(agent: Agent) -> None:
    uri = agent.post("نص").json()["uri"]
    unknown = [f"at://{agent.did}/{POST}/{RKEY}"] * 24
    assert [post["uri"] for post in agent.get("app.bsky.feed.getPosts", uris=[*unknown, uri]).json()["posts"]] == [uri]
    many = agent.get("app.bsky.feed.getPosts", uris=[uri] * 26)
    assert (many.status_code, many.json()["message"]) == (400, "array too big (maximum 25, got 26) at $.uris")


def test_figures_start_at_nothing_grow_and_never_fall(agent: Agent, sandbox: SandboxClient, clock: ManualClock) -> None:
    uri = agent.post("نص").json()["uri"]
    seen = [[viewed(agent, uri)[name] for name in FIGURES]]
    for _ in range(10):
        clock.advance(360)
        agent.access = opened(sandbox).json()["accessJwt"]
        seen.append([viewed(agent, uri)[name] for name in FIGURES])
    assert seen[0] == [0, 0, 0, 0]
    assert all(
        earlier <= later
        for one, two in zip(seen, seen[1:], strict=False)
        for earlier, later in zip(one, two, strict=True)
    )
    assert all(seen[-1])


def test_a_feed_is_newest_first_and_paged(agent: Agent, clock: ManualClock) -> None:
    for number in range(5):
        agent.post(f"نص {number}")
        clock.advance(1)
    first = agent.get("app.bsky.feed.getAuthorFeed", actor=HANDLE, limit=3).json()
    rest = agent.get("app.bsky.feed.getAuthorFeed", actor=HANDLE, limit=3, cursor=first["cursor"]).json()
    assert [one["post"]["record"]["text"] for one in first["feed"] + rest["feed"]] == [
        f"نص {number}" for number in (4, 3, 2, 1, 0)
    ]
    assert "cursor" not in rest


def test_a_feed_without_replies_leaves_them_out(agent: Agent, clock: ManualClock) -> None:
    root = agent.post("أول").json()
    clock.advance(1)
    agent.post("تتمة", reply=reply_to(root, root))
    whole = agent.get("app.bsky.feed.getAuthorFeed", actor=HANDLE).json()["feed"]
    assert whole[0]["reply"]["parent"]["uri"] == root["uri"]
    alone = agent.get("app.bsky.feed.getAuthorFeed", actor=HANDLE, filter="posts_no_replies").json()["feed"]
    assert [one["post"]["record"]["text"] for one in alone] == ["أول"]


def test_a_feed_of_pictures_leaves_words_alone_out(agent: Agent, clock: ManualClock) -> None:
    agent.post("صورة", embed=images(agent.upload().json()["blob"]))
    clock.advance(1)
    agent.post("نص")
    feed = agent.get("app.bsky.feed.getAuthorFeed", actor=HANDLE, filter="posts_with_media").json()["feed"]
    assert [one["post"]["record"]["text"] for one in feed] == ["صورة"]


def test_a_feed_goes_on_where_the_post_of_its_cursor_was_deleted(agent: Agent, clock: ManualClock) -> None:
    for number in range(3):
        agent.post(f"نص {number}")
        clock.advance(1)
    first = agent.get("app.bsky.feed.getAuthorFeed", actor=HANDLE, limit=1).json()
    rkey = first["feed"][0]["post"]["uri"].rpartition("/")[2]
    agent.do("com.atproto.repo.deleteRecord", {"repo": HANDLE, "collection": POST, "rkey": rkey})
    rest = agent.get("app.bsky.feed.getAuthorFeed", actor=HANDLE, cursor=first["cursor"]).json()["feed"]
    assert [one["post"]["record"]["text"] for one in rest] == ["نص 1", "نص 0"]


def test_a_thread_holds_our_parts_and_the_readers_replies(
    agent: Agent, sandbox: SandboxClient, clock: ManualClock
) -> None:
    root = agent.post("أول").json()
    middle = agent.post("ثان", reply=reply_to(root, root)).json()
    agent.post("ثالث", reply=reply_to(root, middle))
    clock.advance(24 * 60)
    agent.access = opened(sandbox).json()["accessJwt"]
    thread = agent.get("app.bsky.feed.getPostThread", uri=middle["uri"]).json()["thread"]
    assert thread["parent"]["post"]["uri"] == root["uri"]
    texts = [one["post"]["record"]["text"] for one in thread["replies"]]
    assert "ثالث" in texts
    assert len(texts) == thread["post"]["replyCount"] > 1
    assert all(one["post"]["record"]["reply"]["parent"]["uri"] == middle["uri"] for one in thread["replies"])


def test_a_thread_of_nothing_is_not_found(agent: Agent) -> None:
    answer = agent.get("app.bsky.feed.getPostThread", uri=f"at://{HANDLE}/{POST}/{RKEY}")
    assert (answer.status_code, answer.json()["error"]) == (400, "NotFound")


def test_the_timeline_shows_facets_as_links_in_arabic(agent: Agent) -> None:
    agent.post(TEXT, langs=["ar"], facets=linked(agent))
    html = page(agent, f"/profile/{HANDLE}")
    assert f'<a href="{LINK}" rel="nofollow noopener"><bdi>{LINK}</bdi></a>' in html
    assert '/hashtag/سند" rel="tag">#سند</a>' in html
    assert f"/profile/{agent.did}" in html
    assert html.count('<p dir="auto">') >= 2
    assert 'class="text" lang="ar" dir="auto"' in html


def test_without_facets_nothing_is_a_link(agent: Agent) -> None:
    agent.post(TEXT)
    assert f'href="{LINK}"' not in page(agent, f"/profile/{HANDLE}")


def test_a_link_that_would_run_a_script_is_no_link(agent: Agent) -> None:
    wicked = facet("انقر هنا", "هنا", **{"$type": "app.bsky.richtext.facet#link", "uri": "javascript:alert(1)"})
    agent.post("انقر هنا", facets=[wicked])
    assert "javascript:" not in page(agent, f"/profile/{HANDLE}")


def test_a_post_has_its_own_page_with_picture_card_warning_and_replies(agent: Agent, clock: ManualClock) -> None:
    external = {"uri": LINK, "title": "دراسة <b>", "description": "وصف"}
    labels = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "graphic-media"}]}
    card = {"$type": "app.bsky.embed.external", "external": external}
    agent.post("نص", RKEY, embed=card, labels=labels)
    agent.post("صورة", embed=images(agent.upload().json()["blob"]))
    clock.advance(24 * 60)
    html = page(agent, f"/profile/{HANDLE}/post/{RKEY}")
    assert "دراسة &lt;b&gt;</a>" in html
    assert "graphic-media" in html
    assert 'class="comment"' in html
    assert 'alt="مخطوط"' in page(agent, f"/@{HANDLE}")


def test_a_past_post_has_the_links_that_the_application_would_have_made(agent: Agent, sandbox: SandboxClient) -> None:
    sandbox.add_post(network="bluesky", account=HANDLE, text=TEXT, created_at="2026-05-01T10:00:00Z")
    assert f'<a href="{LINK.rpartition("/")[0]}' in page(agent, f"/profile/{HANDLE}")
    feed = agent.get("app.bsky.feed.getAuthorFeed", actor=HANDLE).json()["feed"]
    assert feed[0]["post"]["record"]["createdAt"] == "2026-05-01T10:00:00.000Z"
    assert feed[0]["post"]["likeCount"] > 0


NEW = {"network": "bluesky", "handle": "RabitaNew", "display_name": "حساب جديد", "bio": "حساب الرابطة"}


def test_a_person_opens_an_account_and_connects_with_what_the_page_says(sandbox: SandboxClient) -> None:
    answer = requests.post(f"{sandbox.url}/accounts/new", data=NEW, timeout=5)
    assert answer.url == f"{sandbox.url}/#bluesky-rabitanew.bsky.test"
    secret = sandbox.token("rabitanew.bsky.test")
    assert secret in answer.text
    assert "كلمة مرور التطبيق" in answer.text
    assert opened(sandbox, "rabitanew.bsky.test", secret).status_code == 200
    again = requests.post(f"{sandbox.url}/accounts/new", data=NEW, timeout=5)
    assert again.status_code == 422
