"""Owns what lies behind the simulated Facebook's own addresses: photos, films and their covers, where links lead."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.dialects._facebook_entities import FIRST_PHOTO
from sandbox.dialects._facebook_films import SLUG, Films
from sandbox.dialects._graph_access import page_id
from sandbox.dialects.base import Setting
from sandbox.films import still


class Site:
    def __init__(self, setting: Setting) -> None:
        self.world = setting.world
        self.films = Films(setting)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/photo/{id}", self.photo),
            Route("/film/{id}", self.film),
            Route("/poster/{id}", self.poster),
            Route("/reel/{id}", self.watch),
            Route("/{page:int}/videos/{id}", self.watch),
        ]

    async def photo(self, request: Request) -> Response:
        """The uploaded file itself, where `source` and `src` point."""
        number = request.path_params["id"]
        found = self.world.media(SLUG, str(int(number) - FIRST_PHOTO)) if number.isdecimal() else None
        return Response(found.content, media_type=found.mime) if found else Response(status_code=404)

    async def film(self, request: Request) -> Response:
        found = self.films.find(request.path_params["id"])
        if found is None or not found.is_uploaded or not self.films.path(found).exists():
            return Response(status_code=404)
        return FileResponse(self.films.path(found), media_type=found.told["facts"]["mime"])

    async def poster(self, request: Request) -> Response:
        """The one that was given, else the one that stands for every film."""
        found = self.films.find(request.path_params["id"])
        if found is None:
            return Response(status_code=404)
        facts = found.told["facts"] or {"width": 0, "height": 0}
        content = found.media.content or still(facts["width"], facts["height"])
        return Response(content, media_type="image/jpeg")

    async def watch(self, request: Request) -> Response:
        """Where the permalink of a video leads: the page of its post."""
        found = self.films.find(request.path_params["id"])
        post = self.films.post_of(found) if found else None
        account = self.world.account(post.account_id) if post else None
        if post is None or account is None:
            return Response(status_code=404)
        return RedirectResponse(f"/{SLUG}/{page_id(account)}/posts/{post.id.partition('_')[2]}", 302)
