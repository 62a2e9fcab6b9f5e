"""Owns the human pages of the simulated networks: the index, an account's timeline, one post with its replies, faults.

Each post stands once, with its time, text, pictures and figures, so that a person can see what really went out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sandbox.dialects.base import Comment, Dialect, Picture, Setting, ShownPost
from sandbox.engagement import followers_of
from sandbox.faults import KINDS
from sandbox.markup import esc, head, language_of, moment, page
from sandbox.people import PeopleFile
from sandbox.records import Account, Post
from sandbox.wording import counted, say, timed

# The fault that matters most to a sender comes first; closing the whole port last.
FORM_ORDER = ("drop_answer", *sorted(set(KINDS) - {"drop_answer", "refuse"}), "refuse")


class Pages:
    def __init__(self, setting: Setting, dialects: dict[str, Dialect], people: PeopleFile) -> None:
        self.setting = setting
        self.world = setting.world
        self.dialects = dialects
        self.people = people

    def routes(self) -> list[Route]:
        timelines = [
            Route(f"/{slug}{path}", self.permalink if "{post_id" in path else self.timeline, name=slug)
            for slug, dialect in self.dialects.items()
            for path in ("/@{handle}", "/@{handle}/{post_id}", *dialect.permalinks)
        ]
        return [Route("/", self.index), Route("/faults", self.faults), *timelines]

    async def health(self, request: Request) -> Response:
        return PlainTextResponse("ok")

    async def index(self, request: Request) -> Response:
        language = language_of(request)
        rows = "".join(self._account_row(request, account, language) for account in self.world.accounts())
        body = (
            f'{head("sandbox", "sandbox_note", language)}<section><h2 class="sect">{say("accounts", language)}</h2>'
            f'<ul class="rows">{rows}</ul></section>'
            f'<p><a class="btn" href="/accounts/new">{esc(say("open_account", language))}</a></p>'
        )
        return page(request, title=say("sandbox", language), body=body, here="networks")

    def _account_row(self, request: Request, account: Account, language: str) -> str:
        dialect = self.dialects[account.network]
        tokens = self.world.tokens_of(account.id)
        public = dialect.base_url(request) + dialect.home.format(handle=account.handle)
        facts = [(say("address", language), dialect.base_url(request))] if dialect.api_paths else []
        facts += [(say("public_page", language), public)]
        facts += [(say(dialect.secret_word, language), token.token) for token in tokens[:1]]
        listed = "".join(f'<dt>{esc(name)}</dt><dd><bdi class="ltr">{esc(value)}</bdi></dd>' for name, value in facts)
        count = len(self.world.posts_of(account))
        return (
            f'<li class="row" id="{esc(account.network)}-{esc(account.handle)}"><h3><a href="{esc(public)}">'
            f'<bdi>{esc(account.display_name)}</bdi></a></h3><p class="meta">{esc(dialect.name[language])} · '
            f'<bdi class="ltr">@{esc(account.handle)}</bdi> · {counted("posts", count, language)}</p>'
            f'<dl class="facts">{listed}</dl></li>'
        )

    def _dialect(self, request: Request) -> Dialect:
        return self.dialects[request.url.path.split("/")[1]]

    async def timeline(self, request: Request) -> Response:
        dialect, language = self._dialect(request), language_of(request)
        account = dialect.account_named(self.world, request.path_params["handle"])
        if account is None:
            return self._nothing(request, language)
        base = dialect.base_url(request)
        shown = [dialect.show(self.setting, base, account, post) for post in self.world.posts_of(account)]
        public = [post for post in shown if post.visibility != "direct" and post.is_listed]
        posts = "".join(_tile(post) if dialect.is_gallery else _post(post, account, language) for post in public)
        empty = f'<p class="empty">{esc(say("no_posts", language))}</p>'
        feed = f'<div class="{"gallery" if dialect.is_gallery and posts else "feed"}">{posts or empty}</div>'
        body = f"{self._profile(dialect, account, sum(post.is_listed for post in shown), language)}{feed}"
        return page(request, title=f"{account.display_name} (@{account.handle})", body=body)

    def _profile(self, dialect: Dialect, account: Account, count: int, language: str) -> str:
        age = self.setting.age(account.created_at)
        followers = followers_of(f"{dialect.slug}:{account.handle}", age, self.setting.speed)
        return (
            f'<header class="profile"><span class="avatar" aria-hidden="true">{esc(account.display_name[:1])}</span>'
            f'<div><h1 dir="auto">{esc(account.display_name)}</h1><p class="meta">{esc(dialect.name[language])} · '
            f'<bdi class="ltr">@{esc(account.handle)}</bdi></p></div><p class="bio" dir="auto">{esc(account.bio)}</p>'
            f'<p class="meta figures"><span>{counted("posts", count, language)}</span>'
            f"<span>{counted('followers', followers, language)}</span></p></header>"
        )

    async def permalink(self, request: Request) -> Response:
        dialect, language = self._dialect(request), language_of(request)
        account = dialect.account_named(self.world, request.path_params["handle"])
        number = str(request.path_params["post_id"])
        known = {number, dialect.owned(account, number)} if account else ()
        post = next((found for one in known if (found := self.world.post(dialect.slug, one))), None)
        if account is None or post is None or post.account_id != account.id:
            return self._nothing(request, language)
        base = dialect.base_url(request)
        shown = dialect.show(self.setting, base, account, post)
        if not shown.is_open:
            return self._nothing(request, language)
        ours = [dialect.show(self.setting, base, account, part) for part in self._thread(dialect.slug, post.id)]
        replies = "".join(_post(child, account, language) for child in ours)
        replies += "".join(_comment(comment, language) for comment in shown.comments)
        empty = f'<p class="empty">{esc(say("no_replies", language))}</p>'
        back = f'<a href="/{dialect.slug}/@{esc(account.handle)}"><bdi class="ltr">@{esc(account.handle)}</bdi></a>'
        body = (
            f'<h1 class="crumb">{esc(say("posts_of", language))} {back}</h1>'
            f'<div class="feed">{_post(shown, account, language, dialect.is_gallery)}</div><section class="replies">'
            f'<h2 class="sect">{say("conversation", language)}</h2>{replies or empty}</section>'
        )
        return page(request, title=f"@{account.handle}", body=body)

    def _thread(self, slug: str, post_id: str) -> Iterator[Post]:
        """The posts that continue it, each after the one that it answers."""
        for part in self.world.replies_to(slug, post_id):
            yield part
            yield from self._thread(slug, part.id)

    def _nothing(self, request: Request, language: str) -> Response:
        text = say("not_found", language)
        return page(request, title=text, body=f'<header class="head"><h1>{esc(text)}</h1></header>', status=404)

    async def faults(self, request: Request) -> Response:
        language = language_of(request)
        acts = sorted({act for dialect in self.dialects.values() for act in dialect.acts})
        body = (
            f'{head("faults", "faults_note", language)}<section><h2 class="sect">{say("armed", language)}</h2>'
            f"{_armed(language, acts)}</section>{self._fault_form(language)}{self._settings(language)}"
        )
        return page(request, title=say("faults", language), body=body, here="faults", script="faults.js")

    def _settings(self, language: str) -> str:
        """The way to what only one network can be set to."""
        links = "".join(
            f'<li class="row"><a href="/{slug}{dialect.settings}">{esc(dialect.name[language])}</a></li>'
            for slug, dialect in self.dialects.items()
            if dialect.settings
        )
        title = f'<h2 class="sect">{esc(say("own_settings", language))}</h2>'
        return f'<section>{title}<ul class="rows">{links}</ul></section>' if links else ""

    def _fault_form(self, language: str) -> str:
        every = ("*", say("every", language))
        networks = [every, *((slug, dialect.name[language]) for slug, dialect in self.dialects.items())]
        acts = sorted({act for dialect in self.dialects.values() for act in dialect.acts} - {"publish"})
        routes = [("publish", say("publish", language)), every, *((act, say(act, language)) for act in acts)]
        handles = [every, *((account.handle, f"@{account.handle}") for account in self.world.accounts())]
        accepted = [("", say("accepted_default", language)), ("yes", say("yes", language)), ("no", say("no", language))]
        fields = [
            _select("kind", [(kind, say(kind, language)) for kind in FORM_ORDER], language),
            _select("network", networks, language),
            _select("account", handles, language),
            _select("route", routes, language),
            _input("count", "1", language),
            _input("probability", "1", language),
            _input("seconds", "30", language, label="wait"),
            _select("status", [(code, code) for code in ("503", "502", "500", "504")], language),
            _select("accepted", accepted, language),
        ]
        button = f'<button class="btn">{say("arm", language)}</button>'
        return f'<form id="arm" class="grid">{"".join(fields)}{button}</form>'


def _select(name: str, options: list[tuple[str, str]], language: str) -> str:
    choices = "".join(f'<option value="{esc(value)}">{esc(text)}</option>' for value, text in options)
    return f'<label>{esc(say(name, language))}<select name="{name}">{choices}</select></label>'


def _input(name: str, value: str, language: str, label: str = "") -> str:
    text = esc(say(label or name, language))
    return f'<label>{text}<input class="ltr" name="{name}" value="{value}" inputmode="decimal"></label>'


def _armed(language: str, acts: Sequence[str]) -> str:
    words = {key: say(key, language) for key in ("none_armed", "disarm", "disarm_all", "left", "always", *KINDS, *acts)}
    data = "".join(f' data-{key.replace("_", "-")}="{esc(text)}"' for key, text in words.items())
    return f'<div id="armed" aria-live="polite"{data}></div>'


def _tile(post: ShownPost) -> str:
    """One square of a gallery: the first picture, or the beginning of the words where there is none."""
    first = next(iter(post.pictures), None)
    inner = f'<span class="text" dir="auto">{esc(post.text[:120])}</span>' if first is None else _shown(first, "")
    more = '<span class="many" aria-hidden="true"></span>' if len(post.pictures) > 1 else ""
    name = esc(post.text[:80] or (first.description if first else ""))
    return f'<a class="tile" id="p{esc(post.id)}" href="{esc(post.permalink)}" aria-label="{name}">{inner}{more}</a>'


def _post(post: ShownPost, account: Account, language: str, is_gallery: bool = False) -> str:
    """Where the network is a gallery, the pictures stand before the words."""
    edited = f" · {say('edited', language)} {moment(post.edited_at, language)}" if post.edited_at else ""
    lines = ["reply_to"] * bool(post.in_reply_to) + list(post.marks)
    thread = "".join(f'<p class="meta">{esc(say(line, language))}</p>' for line in lines)
    warning = f'<p class="warning" dir="auto">{esc(post.warning)}</p>' if post.warning else ""
    figures = "".join(f"<span>{counted(name, number, language)}</span>" for name, number in post.figures)
    words = f'<div class="text" lang="{esc(post.language)}" dir="auto">{_auto(post.html)}</div>'
    pictures = _pictures(post.pictures, language)
    content = f"{pictures}{words}" if is_gallery else f"{words}{pictures}"
    return (
        f'<article class="post" id="p{esc(post.id)}"><header><b><bdi>{esc(account.display_name)}</bdi></b>'
        f'<a class="meta" href="{esc(post.permalink)}">{moment(post.at, language)}</a>'
        f'<span class="meta">{edited}</span></header>{thread}{warning}'
        f'{content}<footer class="meta figures">{figures}</footer></article>'
    )


def _auto(content: str) -> str:
    """Each paragraph takes its own direction; the content is the network's own escaped HTML."""
    return content.replace("<p>", '<p dir="auto">')


def _pictures(pictures: object, language: str) -> str:
    assert isinstance(pictures, list | tuple)
    return "".join(_picture(picture, language) for picture in pictures)


def _picture(picture: Picture, language: str) -> str:
    if picture.mime.startswith("application/"):
        return f'<p><a href="{esc(picture.url)}"><bdi>{esc(picture.description)}</bdi></a></p>'
    unsaid = "no_alt_film" if picture.mime.startswith("video/") else "no_alt"
    caption = esc(picture.description) or esc(say(unsaid, language))
    lasts = f'<span class="lasts">{timed("lasts", picture.seconds, language)}</span>' if picture.seconds else ""
    return f'<figure>{_shown(picture)}{lasts}<figcaption dir="auto">{caption}</figcaption></figure>'


def _shown(picture: Picture, controls: str = " controls") -> str:
    if picture.mime.startswith("video/"):
        poster = f' poster="{esc(picture.poster)}"' if picture.poster else ""
        return f'<video src="{esc(picture.url)}"{poster}{controls} muted preload="metadata"></video>'
    return f'<img src="{esc(picture.url)}" alt="{esc(picture.description)}" loading="lazy">'


def _comment(comment: Comment, language: str) -> str:
    return (
        f'<article class="comment"><header><b><bdi>{esc(comment.name)}</bdi></b> <span class="meta">'
        f"{moment(comment.at, language)}</span></header>"
        f'<p lang="{comment.language}" dir="auto">{esc(comment.text)}</p></article>'
    )
