"""A network on paper, its channel, a signed campaign, and a content that is ready to be written."""

from collections.abc import Mapping
from datetime import timedelta
from io import BytesIO
from typing import Any, ClassVar

import pytest
from django.utils import timezone
from PIL import Image

from accounts.models import Organisation, User
from campaigns import briefs, drafting, media, reviewing, submitting
from campaigns.documents import Document
from campaigns.models import Campaign, Content, MediaFile, Variant
from library.citing import cite_verse
from library.models import Claim
from networks import registry
from networks.base import Adapter, Auth, Capability
from networks.length import TextUnit
from networks.limits import Limits
from networks.metrics import Metric
from networks.options import OFF, Option, choice, switch
from networks.types import Cost, Post, Profile, Published, Quota, Ready, Visibility
from publishing.models import Channel
from tests.knowledge import make_claim, speaking
from tests.people import actor_of

BRIEF: dict[str, Any] = {
    "goal": "أن يعرف الشباب سعة معنى الجهاد",
    "segment": "شباب بين 18 و25 سنة",
    "message": "الجهاد أوسع من القتال",
    "messenger": "علماء الرابطة",
    "call_to_action": "اسأل قبل أن تحكم",
    "languages": ["ar", "fr"],
    "disclosure": {"ar": "حساب معلن لرابطة العلماء", "fr": "Compte déclaré de la Ligue"},
    "starts_on": timezone.localdate() + timedelta(days=60),
    "ends_on": timezone.localdate() + timedelta(days=90),
}


class Paper(Adapter):
    """A network that only exists on paper: graphemes are counted, links weigh 23."""

    slug: ClassVar[str] = "paper"
    label: ClassVar[str] = "Paper"
    auth: ClassVar[tuple[Auth, ...]] = (Auth.TOKEN,)
    limits: ClassVar[Limits] = Limits(
        max_text=500, text_unit=TextUnit.GRAPHEMES, url_weight=23, max_media=2,
        media_types=("image/jpeg", "image/png"), max_alt_text=100,
    )  # fmt: skip
    visibilities: ClassVar[tuple[Visibility, ...]] = (Visibility.PUBLIC, Visibility.UNLISTED)
    options: ClassVar[tuple[Option, ...]] = (
        switch("silent", default=OFF), choice("who_may_reply", "everyone", "followed", is_for_every_part=False)
    )  # fmt: skip
    metrics: ClassVar[frozenset[Metric]] = frozenset()
    account_metrics: ClassVar[frozenset[Metric]] = frozenset()
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.CONTENT_WARNING, Capability.LANGUAGE, Capability.REPLY}
    )
    cost: ClassVar[Cost] = Cost()
    quotas: ClassVar[tuple[Quota, ...]] = ()

    def get_profile(self) -> Profile:
        raise AssertionError("rendering asks no network")

    def probe(self) -> None:
        raise AssertionError("rendering asks no network")

    def prepare(self, post: Post, saved: Mapping[str, object]) -> Ready:
        raise AssertionError("rendering asks no network")

    def publish(self, ready: Ready, key: str) -> Published:
        raise AssertionError("rendering asks no network")


@pytest.fixture(autouse=True)
def _paper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "all_adapters", lambda: (Paper,))


@pytest.fixture(autouse=True)
def _media_root(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def make_channel(organisation: Organisation, user: User, handle: str = "@rabita", **fields: Any) -> Channel:
    return Channel.objects.create(
        organisation=organisation, network="paper", server_url="https://paper.test", remote_id=handle, handle=handle,
        display_name="الرابطة", owner="الرابطة", sender="الرابطة", funder="الرابطة",
        connected_by=user, connected_at=timezone.now(), **fields,
    )  # fmt: skip


def make_picture(size: tuple[int, int] = (40, 30), kind: str = "PNG", colour: str = "green", **save: Any) -> bytes:
    made = BytesIO()
    Image.new("RGB", size, colour).save(made, format=kind, **save)
    return made.getvalue()


def make_media(user: User, colour: str = "green", kind: str = "PNG", size: tuple[int, int] = (40, 30)) -> MediaFile:
    actor, house = actor_of(user), user.memberships.get().organisation
    return media.upload(
        organisation=house, file=BytesIO(make_picture(size, kind, colour)), name="لوحة.png", actor=actor
    )


@pytest.fixture
def channel(rabita: Organisation, carla: User) -> Channel:
    return make_channel(rabita, carla)


@pytest.fixture
def claim(alice: User) -> Claim:
    return make_claim(alice)


@pytest.fixture
def campaign(carla: User, mounir: User) -> Campaign:
    """With a brief that Mounir signed."""
    made = briefs.create_campaign(
        title="الجهاد أوسع من القتال", code="jihad", changes={**BRIEF, **speaking(carla)}, actor=actor_of(carla)
    )
    made = briefs.submit_brief(campaign=made, actor=actor_of(carla))
    return briefs.sign_brief(campaign=made, digest=made.digest, actor=actor_of(mounir))


@pytest.fixture
def content(campaign: Campaign, claim: Claim, channel: Channel, alice: User) -> Content:
    return drafting.create_content(
        campaign=campaign, claim=claim, title="سعة المعنى", channels=[channel], actor=actor_of(alice)
    )


@pytest.fixture
def variant(content: Content) -> Variant:
    return content.variants.get()


def sheet(*texts: str, verses: list[int] | None = None, title: str = "سعة المعنى", **variants: Any) -> dict[str, Any]:
    """A document in JSON: paragraphs, then verses."""
    blocks: list[dict[str, Any]] = [{"type": "text", "text": text} for text in texts]
    blocks += [{"type": "verse", "citation": pk} for pk in verses or []]
    return {"title": title, "body": blocks, "variants": variants.get("variants", {})}


def own(**more: Any) -> dict[str, Any]:
    return {"blocks": None, "media": [], "link": "", "tags": [], "content_warning": "", **more}


def write(content: Content, user: User, *texts: str, **more: Any) -> drafting.Saved:
    content.refresh_from_db()
    document = more.pop("document", None) or sheet(*(texts or ("الجهاد في القرآن أوسع من القتال.",)), **more)
    return drafting.save_draft(
        content=content, document=document, base_version=content.draft_version, actor=actor_of(user)
    )


def verse(user: User, surah: int = 29, ayah: int = 69) -> int:
    return cite_verse(surah=surah, ayah_from=ayah, actor=actor_of(user)).pk


def up(variant: Variant, user: User) -> Variant:
    """Submitted by `user`; read anew."""
    variant = Variant.objects.get(pk=variant.pk)
    return submitting.submit(variant=variant, actor=actor_of(user))


def sign(variant: Variant, user: User, gate: str) -> Variant:
    return reviewing.sign(variant=variant, gate_code=gate, digest=variant.digest, actor=actor_of(user))


@pytest.fixture
def in_review(content: Content, variant: Variant, alice: User) -> Variant:
    write(content, alice, "الجهاد في القرآن أوسع من القتال.", verses=[verse(alice)])
    return up(variant, alice)


@pytest.fixture
def approved(in_review: Variant, bob: User, basma: User) -> Variant:
    sign(in_review, bob, "scientific")
    return sign(in_review, basma, "language")


def document_in(content: Content) -> Document:
    from campaigns.rendering import document_of

    return document_of(Content.objects.select_related("campaign").get(pk=content.pk))
