"""What networks share where a post stands ready in a container before it is published: Instagram and Threads.

Owns preparing, the one request that publishes, the look for what it became, and the posts of an account by their links.
"""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import quote

from networks.answers import count_of, created, object_with, objects, only, section, words
from networks.calls import Stake, lost
from networks.containers import Containers, Progress, progress
from networks.errors import Code, NetworkError, NotSent, Rejected
from networks.graph import succeeded
from networks.graph_adapter import GraphAdapter
from networks.instagram_refusals import PAUSE_SECONDS
from networks.types import Post, Processing, Published, RateLimit, Ready, Waiting

TIME = "timestamp"
LOOK_AGAIN_SECONDS = 5.0
FILM_SECONDS = 30.0
BEGIN_AGAIN_SECONDS = 60.0
MAX_FAILURES = 2
LINK_SECONDS = 8.0
"""So long may the look for a post's link take after it went out; without it the link is asked for again later."""


class ContainerAdapter(GraphAdapter):
    fetches_media: ClassVar[bool] = True
    time: ClassVar[str] = TIME
    limit_edge: ClassVar[str]
    """Where the account's posts of the last 24 hours are told."""
    publish_edge: ClassVar[str]
    shown_fields: ClassVar[str]
    """What is asked of a post that has just gone out."""
    shown_needs: ClassVar[str]
    """What of it must be told, or it is asked for again."""
    _left: RateLimit | None = None

    @abstractmethod
    def _containers(self) -> Containers: ...

    @abstractmethod
    def _said(self, post: Post) -> dict[str, str]:
        """What is told of the whole post, beyond its files."""

    @classmethod
    def _counted_as(cls, post: Post) -> tuple[str, str]:
        """The names of what was used and of what is allowed, in the answer of `limit_edge`."""
        return "quota_usage", "config"

    @property
    def _own_edges(self) -> tuple[str, ...]:
        """Under these stand all posts of the account."""
        return (self.own_posts,)

    # Publishing

    @classmethod
    def needs_preparing(cls, post: Post) -> bool:
        return True

    @classmethod
    def upload_seconds(cls, post: Post) -> float:
        return LINK_SECONDS

    def prepare(self, post: Post, saved: Mapping[str, object]) -> Ready | Waiting:
        """Makes a container for each file and for the post. `saved` is a Progress: see containers."""
        for media in post.media:
            with self.open_media(media):
                pass
        self._see_what_is_left(post)
        reached = progress(saved, post)
        try:
            reached, is_finished = self._containers().go_on(post, self._said(post), reached)
        except (NotSent, Rejected) as failure:
            failure.saved = _left(reached, failure).to_json()
            if failure.code != Code.MEDIA_NOT_READY or reached.failures >= MAX_FAILURES:
                raise
            return Waiting(failure.saved, BEGIN_AGAIN_SECONDS)
        if is_finished:
            return Ready(post, reached.to_json())
        is_film = any(media.is_video for media in post.media)
        return Waiting(reached.to_json(), FILM_SECONDS if is_film else LOOK_AGAIN_SECONDS)

    def _see_what_is_left(self, post: Post) -> None:
        """Raises NotSent where the account has published all that it may in 24 hours."""
        usage, config = self._counted_as(post)
        fields = f"{usage},{config}"
        answer = self._ask(
            Stake.READ, lambda graph: graph.get_connections(self._account, self.limit_edge, fields=fields)
        )
        limit = next(iter(objects(object_with(answer, Stake.READ, "data"), "data")), {})
        used, total = count_of(limit, usage)[0], count_of(section(limit, config), "quota_total")[0]
        if used is None or not total:
            return
        self._left = RateLimit(max(0, total - used), total, None)
        if used >= total:
            raise NotSent(Code.RATE_LIMITED, retry_after=PAUSE_SECONDS, params={"limit": total})

    def publish(self, ready: Ready, key: str) -> Published | Processing:
        form = {"creation_id": str(ready.saved["container"])}
        path = f"{self._account}/{self.publish_edge}"
        answer = self._ask(Stake.VISIBLE, lambda graph: graph.write(path, form))
        remote_id = words(object_with(answer, Stake.VISIBLE, "id"), "id")
        try:
            return self.check_status(remote_id)
        except NetworkError:  # it is out, whatever became of the look for its link
            return Processing(remote_id, LOOK_AGAIN_SECONDS)
        finally:
            self._count_one_less()

    def _count_one_less(self) -> None:
        """Of what the network says of calls and of posts, the one with the smaller share left is shown."""
        if self._left is None or not self._left.limit or self._left.remaining is None:
            return
        posts, calls = RateLimit(max(0, self._left.remaining - 1), self._left.limit, None), self.last_rate_limit
        if calls is None or _share(posts) <= _share(calls):
            self.last_rate_limit = posts

    def check_status(self, ref: str) -> Published | Processing:
        """What was published is found under its id at once, as a rule; its link and time are told only there.

        It is out: no refusal to show it says otherwise.
        """
        node = quote(ref, safe="")
        try:
            answer = self._ask(
                Stake.READ, lambda graph: graph.get_object(node, fields=self.shown_fields), seconds=LINK_SECONDS
            )
        except Rejected:
            return Processing(ref, LOOK_AGAIN_SECONDS)
        return self._published(object_with(answer, Stake.READ, self.shown_needs))

    @staticmethod
    def _published(told: Mapping[str, Any]) -> Published:
        return Published(
            remote_id=words(told, "id"),
            permalink=words(told, "permalink"),
            published_at=created(told, TIME),
            raw=only(told, ("id", "timestamp", "permalink")),
        )

    # What stands there

    def _node(self, remote_id: str) -> str:
        """The post's id on the API, also by the code in its link; not found once all were looked at."""
        if remote_id.isdigit():
            return remote_id
        is_last = True
        for edge in self._own_edges:
            is_whole = False
            for answer in self._pages(self._account, edge, fields="id,permalink"):
                for told in objects(object_with(answer, Stake.READ, "data"), "data"):
                    if self.remote_id_in(words(told, "permalink")) == remote_id:
                        return words(told, "id")
                is_whole = not self._after(answer)
            is_last = is_last and is_whole
        raise Rejected(Code.NOT_FOUND) if is_last else lost(Stake.READ, Code.ANSWER_TOO_LARGE)

    def delete_post(self, remote_id: str) -> None:
        try:
            node = self._node(remote_id)
            succeeded(self._ask(Stake.VISIBLE, lambda graph: graph.delete_object(node)))
        except Rejected as error:
            if error.code != Code.NOT_FOUND:
                raise
            self._see_own_posts()


def _left(reached: Progress, failure: NetworkError) -> Progress:
    """What the next try may go on from: no container that the network gave up on, unless its post is out already."""
    if failure.code == Code.MEDIA_NOT_READY:
        return reached.again()
    is_given_up = isinstance(failure, Rejected) and failure.code != Code.DUPLICATE_REFUSED
    return reached.anew() if is_given_up or failure.code == Code.MEDIA_NOT_FETCHED else reached


def _share(limit: RateLimit) -> float:
    return (limit.remaining or 0) / (limit.limit or 1)
