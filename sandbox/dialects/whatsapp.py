"""Owns the simulated WhatsApp: what a person sees in the application, and nothing that a program could call.

Written from https://faq.whatsapp.com/5913398998672934 (a link that opens the application with words in it) and the
public links of channels and their updates (read 2026-11). It offers no interface, as the network offers none: a page
in which one chooses a channel, pastes or keeps the words, adds a picture, posts, and copies the link of the post.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.dialects.base import Dialect, Picture, Setting, ShownPost
from sandbox.engagement import crowd_of
from sandbox.markup import esc, language_of, moment, page
from sandbox.params import Upload, read_params
from sandbox.posttext import Links, as_html
from sandbox.records import Account, Post
from sandbox.wording import counted, say
from sandbox.world import World

SLUG = "whatsapp"
FIRST_NUMBER = 100
VIEWS_PER_REACTION = 23
PICTURES = ("image/jpeg", "image/png")


def make_post_id(world: World, at: float) -> str:
    """The number at the end of an update's link."""
    return str(FIRST_NUMBER + len(world.all_posts(SLUG)))


class Application:
    """What the person's own application shows."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.world = setting.world

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.compose, methods=["GET"]),
            Route("/", self.post, methods=["POST"]),
            Route("/channel/{handle}", self.channel, methods=["GET"]),
            Route("/channel/{handle}/{number}", self.update, methods=["GET"]),
            Route("/pictures/{id}", self.picture, methods=["GET"]),
        ]

    async def compose(self, request: Request) -> Response:
        """GET /?text=, https://faq.whatsapp.com/5913398998672934, read 2026-11: the words wait to be posted."""
        return self._sheet(request, request.query_params.get("text", ""))

    def _sheet(self, request: Request, text: str, chosen: str = "", status: int = 200) -> Response:
        language = language_of(request)
        channels = [account for account in self.world.accounts() if account.network == SLUG]
        choices = "".join(
            f'<option value="{esc(one.handle)}"{" selected" if one.handle == chosen else ""}>'
            f"{esc(one.display_name)}</option>"
            for one in channels
        )
        body = (
            f'<header class="head"><h1>{esc(DIALECT.name[language])}</h1>'
            f'<p class="lede">{esc(say("by_hand_note", language))}</p></header>'
            f'<form class="stack" method="post" action="/{SLUG}/" enctype="multipart/form-data">'
            f'<label>{esc(say("to_channel", language))}<select name="channel">{choices}</select></label>'
            f'<label>{esc(say("words", language))}<textarea name="text" rows="10" dir="auto">{esc(text)}</textarea>'
            f'</label><label>{esc(say("picture", language))}<input type="file" name="picture" accept="image/*"></label>'
            f'<button class="btn">{esc(say("publish", language))}</button></form>'
        )
        return page(request, title=DIALECT.name[language], body=body, status=status)

    async def post(self, request: Request) -> Response:
        """The person presses "send". A page of another site cannot do it in the person's place."""
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return Response(status_code=403)
        params = await read_params(request)
        account = self.world.account_by_handle(SLUG, params.text("channel"))
        text = params.text("text").replace("\r\n", "\n")
        file = params.uploads.get("picture")
        has_picture = file is not None and file.mime in PICTURES and bool(file.content)
        if account is None or not (text.strip() or has_picture):
            return self._sheet(request, text, params.text("channel"), 422)
        number = self._add(account, text, file if has_picture else None)
        return RedirectResponse(f"/{SLUG}/channel/{account.handle}/{number}", 303)

    def _add(self, account: Account, text: str, file: Upload | None) -> str:
        now = self.setting.clock()
        with self.world.transaction():
            number = make_post_id(self.world, now)
            media = []
            if file is not None:
                media_id = self.world.add_media(
                    network=SLUG, account_id=account.id, mime=file.mime, description="", extra={},
                    content=file.content, ready_at=now,
                )  # fmt: skip
                self.world.attach_media(media_id, number)
                media.append(str(media_id))
            self.world.add_post(Post(number, SLUG, account.id, text, {"media_ids": media}, None, now, now, None, None))
        return number

    async def channel(self, request: Request) -> Response:
        account = self.world.account_by_handle(SLUG, request.path_params["handle"])
        if account is None:
            return Response(status_code=404)
        base, language = DIALECT.base_url(request), language_of(request)
        posts = [show(self.setting, base, account, post) for post in self.world.posts_of(account)]
        body = (
            f'<header class="profile"><span class="avatar" aria-hidden="true">{esc(account.display_name[:1])}</span>'
            f'<div><h1 dir="auto">{esc(account.display_name)}</h1>'
            f'<p class="meta">{esc(DIALECT.name[language])}</p></div>'
            f'<p class="bio" dir="auto">{esc(account.bio)}</p></header>'
            f'<p><a class="btn is-second" href="/{SLUG}/">{esc(say("publish", language))}</a></p>'
            f'<div class="feed">{"".join(_shown(post, language) for post in posts)}</div>'
        )
        return page(request, title=account.display_name, body=body)

    async def update(self, request: Request) -> Response:
        """One update, with the link that pressing and holding it copies."""
        account = self.world.account_by_handle(SLUG, request.path_params["handle"])
        post = self.world.post(SLUG, request.path_params["number"])
        if account is None or post is None or post.account_id != account.id:
            return Response(status_code=404)
        language = language_of(request)
        shown = show(self.setting, DIALECT.base_url(request), account, post)
        body = (
            f'<h1 class="crumb"><a href="/{SLUG}/channel/{esc(account.handle)}">{esc(account.display_name)}</a></h1>'
            f'<div class="feed">{_shown(shown, language)}</div>'
            f'<section><h2 class="sect">{esc(say("link_of_post", language))}</h2>'
            f'<p><button class="btn" type="button" data-copy="{esc(shown.permalink)}"'
            f' data-copied="{esc(say("copied", language))}">{esc(say("copy_link", language))}</button></p>'
            f'<p><bdi class="ltr">{esc(shown.permalink)}</bdi></p></section>'
        )
        return page(request, title=account.display_name, body=body, script="phone.js")

    async def picture(self, request: Request) -> Response:
        media = self.world.media(SLUG, request.path_params["id"])
        return Response(media.content, media_type=media.mime) if media else Response(status_code=404)


def _shown(post: ShownPost, language: str) -> str:
    figures = "".join(f"<span>{counted(name, number, language)}</span>" for name, number in post.figures)
    pictures = "".join(f'<figure><img src="{esc(one.url)}" alt=""></figure>' for one in post.pictures)
    return (
        f'<article class="post"><header><a class="meta" href="{esc(post.permalink)}">{moment(post.at, language)}</a>'
        f'</header>{pictures}<div class="text">{post.html.replace("<p>", "<p dir=auto>")}</div>'
        f'<footer class="meta figures">{figures}</footer></article>'
    )


def show(setting: Setting, base: str, account: Account, post: Post) -> ShownPost:
    """The update as its administrators see it: with views, reactions and forwards to read off."""
    counts = crowd_of(f"{SLUG}:{post.id}").counts(setting.age(post.created_at), setting.speed)
    links = Links(tag_url=lambda tag: f"{base}/", account_url=lambda handle: None)
    return ShownPost(
        id=post.id, permalink=f"{base}/channel/{account.handle}/{post.id}", text=post.text,
        html=as_html(post.text, links), language="ar", warning="", visibility="public", at=post.created_at,
        edited_at=post.edited_at,
        pictures=[Picture(f"{base}/pictures/{media}", "", "image") for media in post.extra.get("media_ids", ())],
        figures=[("views", counts.favourites * VIEWS_PER_REACTION), ("reactions", counts.favourites),
                 ("forwards", counts.reblogs)],
    )  # fmt: skip


def _routes(setting: Setting) -> Sequence[BaseRoute]:
    return Application(setting).routes()


DIALECT = Dialect(
    slug=SLUG,
    name={"ar": "قنوات واتساب", "fr": "Chaînes WhatsApp", "en": "WhatsApp Channels"},
    routes=_routes,
    api_paths=(),
    acts={},
    refusals={},
    account_of=lambda world, request: None,
    show=show,
    make_post_id=make_post_id,
    past=lambda fields: {"media_ids": []},
    home="/channel/{handle}",
)
