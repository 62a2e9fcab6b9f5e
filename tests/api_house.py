"""An institution in the middle of its work, for walks over /api/v1/: objects in every state, and a sound request each.

Its walker holds every role and wrote nothing, so that nothing but the request itself stands in the way of an act.
"""

from datetime import timedelta
from io import BytesIO
from typing import Any

from django.db import transaction
from django.utils import timezone
from PIL import Image

from accounts import tokens
from accounts.capabilities import Role
from accounts.inviting import invite
from accounts.models import GrantState, RoleGrant
from campaigns import briefs, drafting, media, remarks, submitting
from campaigns.models import Campaign, Content, Variant
from campaigns.programmes import add_programme
from chain.actors import Actor
from chain.models import Decision, Hold, Notice
from library.citing import cite_source, cite_verse
from library.models import CitationKind
from library.narratives import add_narrative
from publishing.credentials import seal
from publishing.handing import hand_over
from publishing.lifecycle import DeliveryState, PartState
from publishing.models import Application, BulkAct, Channel, Consent, Delivery, Poster, Slot
from tests.api_aftermath import taken_away
from tests.api_cast import Cast, Sound, Walked, Work
from tests.campaigns.conftest import BRIEF
from tests.deliveries import make_channel, make_gates, mark_published
from tests.institution import one_of_each
from tests.knowledge import make_claim, make_messenger, make_segment, speaking
from tests.people import People, actor_of, make_institution, make_person, membership_of

MASTODON, WHATSAPP = "http://127.0.0.1:9/mastodon", "https://whatsapp.com"
NAME = "مؤسسة السائرين"
TOKEN = "token-of-the-walk"


def house_to_walk(people: People, server_url: str = MASTODON, hand_url: str = WHATSAPP) -> Walked:
    """`server_url` and `hand_url` are the base addresses of the networks of its two channels."""
    house = make_institution("walked", NAME, name_fr="Les marcheurs", name_en="The walkers")
    cast = Cast(
        house,
        make_person("Walker", list(Role), house, language="en"),
        make_person("Writer", [Role.AUTHOR, Role.COORDINATOR], house),
        make_person("First", [Role.REVIEWER], house),
        make_person("Second", [Role.REVIEWER], house),
    )
    make_gates(house)
    channel, by_hand = channels_of(cast, server_url, hand_url)
    work = Work(cast, channel, by_hand)
    parts = (registers(cast), papers(cast), writing(work), publishing(work), taken_away(work), on_offer(cast, work))
    own, sound = merged(*parts)
    theirs = one_of_each(people)
    foreign = {kind: [pk] for kind, pk in (theirs | {"hand": theirs["delivery"]}).items()}
    return Walked(cast.walker, own, foreign, sound)


Part = tuple[dict[str, list[int]], dict[str, Sound]]


def merged(*parts: Part) -> Part:
    own: dict[str, list[int]] = {}
    sound: dict[str, Sound] = {}
    for ids, requests in parts:
        for kind, some in ids.items():
            own.setdefault(kind, []).extend(some)
        sound |= requests
    return own, {f"{label.replace(' ', ' /api/v1', 1)}": request for label, request in sound.items()}


def channels_of(cast: Cast, server_url: str, hand_url: str) -> tuple[Channel, Channel]:
    channel = make_channel(cast.house, cast.writer, server_url=server_url, token=TOKEN)
    by_hand = make_channel(
        cast.house,
        cast.writer,
        network="whatsapp",
        remote_id="0029VaWalked",
        handle="قناة",
        profile_url=f"{hand_url}/channel/0029VaWalked",
    )
    for position, user in enumerate((cast.writer, cast.walker)):
        Poster.objects.create(channel=by_hand, user=user, position=position)
    return channel, by_hand


def registers(cast: Cast) -> Part:
    """What we know, and whom we speak to."""
    writer = actor_of(cast.writer)
    claim, segment, messenger = make_claim(cast.writer), make_segment(cast.writer), make_messenger(cast.writer)
    narrative = add_narrative(kind="political", title_ar="رواية", actor=writer)
    programme = add_programme(title="برنامج", actor=writer)
    verse = cite_verse(surah=29, ayah_from=69, actor=writer)
    work = cite_source(kind=CitationKind.WORK, title="كتاب", actor=writer)
    own = {
        "claim": [claim.pk], "concept": [claim.concept_id], "narrative": [narrative.pk], "programme": [programme.pk],
        "segment": [segment.pk], "messenger": [messenger.pk], "citation": [verse.pk, work.pk],
    }  # fmt: skip
    edit = {"version": 1}
    sound = {
        "POST /concepts/": Sound({"name_ar": "الرحمة", "say": {"ar": ["رحمة"]}}),
        "PATCH /concepts/{id}/": Sound(edit | {"name_fr": "Effort"}),
        "POST /narratives/": Sound({"kind": "political", "title_ar": "رواية أخرى"}),
        "PATCH /narratives/{id}/": Sound(edit | {"summary_ar": "خلاصة"}),
        "POST /claims/": Sound({"concept": claim.concept_id, "text_ar": "دعوى أخرى", "harm": 3}),
        "PATCH /claims/{id}/": Sound(edit | {"prevalence": 2, "narrative": narrative.pk}),
        "POST /citations/verses/": Sound({"surah": 2, "ayah_from": 255}),
        "POST /citations/works/": Sound({"title": "كتاب آخر"}),
        "POST /citations/hadiths/": Sound({"title": "صحيح البخاري", "locator": "6927"}),
        "POST /citations/pages/": Sound(
            {"title": "صفحة", "link": "https://example.org/page", "accessed_on": "2026-01-01"}
        ),
        "POST /citations/{id}/verify/": Sound(path={"id": work.pk}),
        "POST /programmes/": Sound({"title": "برنامج آخر"}),
        "PATCH /programmes/{id}/": Sound(edit | {"title": "برنامج جديد"}),
        "POST /segments/": Sound({"name": "أمهات", "description": "أمهات"}),
        "PATCH /segments/{id}/": Sound(edit | {"description": "شباب"}),
        "POST /messengers/": Sound(
            {"public_name": "خطيب", "basis": "معروف", "consent_on": "2026-01-01", "consent_scope": "كلها"}
        ),
        "PATCH /messengers/{id}/": Sound(edit | {"basis": "يثقون به"}),
        "POST /messengers/{id}/withdraw-consent/": Sound({"why": "طلب ذلك"}),
        "GET /verses/{surah}/{ayah_from}/": Sound(path={"surah": 2, "ayah_from": 255}),
        "GET /verses/{surah}/{ayah_from}-{ayah_to}/": Sound(path={"surah": 2, "ayah_from": 255, "ayah_to": 256}),
    }
    return own, sound


def papers(cast: Cast) -> Part:
    """People, their roles, invitations, tokens and notices."""
    walker, now = actor_of(cast.walker), timezone.now()
    newcomer = membership_of(make_person("Newcomer", [Role.ANALYST], cast.house))
    proposed = RoleGrant.objects.create(
        membership=newcomer, role=Role.REVIEWER, state=GrantState.PROPOSED, proposed_by=cast.writer
    )
    invitation = invite(organisation=cast.house, email="new@walked.test", roles=["author"], language="ar", actor=walker)
    token = tokens.create_token(
        membership=membership_of(cast.walker), name="walk", scopes=["view_people"], days=30, actor=walker
    ).token
    notice = Notice.objects.create(
        organisation=cast.house, user=cast.walker, kind="x", title="x", link="/", once="walk", created_at=now
    )
    active = newcomer.grants.exclude(pk=proposed.pk).get()
    own = {
        "member": [newcomer.pk, membership_of(cast.walker).pk], "grant": [active.pk, proposed.pk],
        "invitation": [invitation.pk], "token": [token.pk], "notice": [notice.pk],
        "user": [cast.walker.pk, cast.writer.pk],
    }  # fmt: skip
    sound = {
        "PATCH /me/": Sound({"language": "fr", "time_zone": "Africa/Casablanca"}),
        "POST /members/{id}/roles/": Sound({"role": "author"}, {"id": newcomer.pk}),
        "POST /members/{id}/deactivate/": Sound({"why": "رحل"}, {"id": newcomer.pk}),
        "POST /role-grants/{id}/confirm/": Sound(path={"id": proposed.pk}),
        "POST /role-grants/{id}/refuse/": Sound({"why": "لا"}, {"id": proposed.pk}),
        "POST /role-grants/{id}/revoke/": Sound({"why": "لا"}, {"id": active.pk}),
        "POST /invitations/": Sound({"email": "another@walked.test", "roles": ["author"]}),
        "POST /tokens/": Sound({"name": "program", "scopes": ["view_people"], "days": 30}),
    }
    return own, sound


def sheet(text: str) -> dict[str, Any]:
    return {"title": "سعة المعنى", "body": [{"type": "text", "text": text}], "variants": {}}


def writing(work: Work) -> Part:
    """Briefs, sheets, remarks and pictures, each as far as its next step."""
    cast, writer = work.cast, actor_of(work.cast.writer)
    wish = {**BRIEF, **speaking(cast.writer)}
    draft = briefs.create_campaign(title="حملة", code="draft", changes=wish, actor=writer)
    waiting = briefs.create_campaign(title="حملة", code="waiting", changes=wish, actor=writer)
    waiting = briefs.submit_brief(campaign=waiting, actor=writer)
    claim = make_claim(cast.writer, "دعوى يُجاب عنها")
    written = content_of(work, claim, "كلمات مكتوبة", writer)
    reviewed = content_of(work, claim, "كلمات قيد المراجعة", writer)
    in_review = submitting.submit(variant=reviewed.variants.get(), actor=writer)
    remark = remarks.remark(variant=in_review, text="راجع هذا", actor=actor_of(cast.first))
    picture = media.upload(organisation=cast.house, file=BytesIO(png()), name="لوحة.png", actor=writer)
    by_walker = briefs.create_campaign(title="حملة", code="walked", changes=wish, actor=writer)
    by_walker = briefs.submit_brief(campaign=by_walker, actor=writer)
    briefs.sign_brief(campaign=by_walker, digest=by_walker.digest, actor=actor_of(cast.walker))
    approved = work.variant(1, signers=(cast.walker, cast.second))
    own = {
        "campaign": [work.campaign.pk, draft.pk, waiting.pk], "content": [written.pk, reviewed.pk],
        "variant": [in_review.pk, written.variants.get().pk, approved.pk], "remark": [remark.pk],
        "media": [picture.pk], "decision": [signature_of(approved, cast).pk],
    }  # fmt: skip
    acts = brief_acts(work.campaign, draft, waiting)
    acts["POST /media/"] = Sound({"file": png()})
    acts["POST /campaigns/{id}/withdraw-signature/"] = Sound({"why": "أعيد النظر"}, {"id": by_walker.pk})
    return own, {**acts, **sheet_acts(work, claim, written, in_review, approved)}


def signature_of(variant: Variant, cast: Cast) -> Decision:
    """The walker signed a brief too, and a brief may bear the variant's number."""
    return Decision.objects.get(subject_type="campaigns.variant", subject_id=str(variant.pk), user=cast.walker)


def content_of(work: Work, claim: Any, text: str, writer: Actor) -> Content:
    content = drafting.create_content(
        campaign=work.campaign, claim=claim, title=text, channels=[work.channel], actor=writer
    )
    drafting.save_draft(content=content, document=sheet(text), base_version=content.draft_version, actor=writer)
    content.refresh_from_db()
    return content


def png() -> bytes:
    made = BytesIO()
    Image.new("RGB", (40, 30), "green").save(made, format="PNG")
    return made.getvalue()


def brief_acts(signed: Campaign, draft: Campaign, waiting: Campaign) -> dict[str, Sound]:
    digest = {"digest": waiting.digest}
    return {
        "POST /campaigns/": Sound({"title": "حملة أخرى", "goal": "أن يُعلم"}),
        "PATCH /campaigns/{id}/": Sound({"version": draft.version, "goal": "غاية أخرى"}, {"id": draft.pk}),
        "POST /campaigns/{id}/submit/": Sound(path={"id": draft.pk}),
        "POST /campaigns/{id}/sign/": Sound(digest, {"id": waiting.pk}),
        "POST /campaigns/{id}/request-changes/": Sound(digest | {"note": "أكمل الغاية"}, {"id": waiting.pk}),
        "POST /campaigns/{id}/close/": Sound({"why": "انتهت"}, {"id": signed.pk}),
    }


def sheet_acts(work: Work, claim: Any, written: Content, in_review: Variant, approved: Variant) -> dict[str, Sound]:
    digest, version = in_review.digest, written.draft_version
    draft = written.variants.get()
    signature = signature_of(approved, work.cast)
    asked = ["in_context", "ascribed", "consensus", "no_ruling", "not_spread"]
    return {
        "POST /contents/": Sound(
            {"campaign": work.campaign.pk, "claim": claim.pk, "title": "جديد", "channels": [work.channel.pk]}
        ),
        "PUT /contents/{id}/draft/": Sound(
            {"document": sheet("كلمات أخرى"), "base_version": version}, {"id": written.pk}
        ),
        "POST /contents/{id}/measure/": Sound({"document": sheet("كلمات تُقاس")}, {"id": written.pk}),
        "POST /contents/{id}/thread/": Sound(
            {"document": sheet("كلمات تُقطع"), "variant": draft.pk}, {"id": written.pk}
        ),
        "POST /contents/{id}/submit/": Sound({"base_version": version}, {"id": written.pk}),
        "POST /variants/": Sound({"content": written.pk, "channel": work.by_hand.pk}),
        "POST /variants/{id}/submit/": Sound({"base_version": version}, {"id": draft.pk}),
        "POST /variants/{id}/sign/": Sound(
            {"gate": "scientific", "digest": digest, "answers": asked}, {"id": in_review.pk}
        ),
        "POST /variants/{id}/request-changes/": Sound(
            {"gate": "language", "digest": digest, "note": "أصلح اللغة"}, {"id": in_review.pk}
        ),
        "POST /variants/{id}/withdraw-signature/": Sound(
            {"decision": signature.pk, "why": "أعيد النظر"}, {"id": approved.pk}
        ),
        "POST /variants/{id}/withdraw/": Sound({"why": "لا حاجة إليه"}, {"id": draft.pk}),
        "POST /remarks/": Sound({"variant": in_review.pk, "text": "ملاحظة"}),
        "GET /variants/{id}/rendering/": Sound(path={"id": draft.pk}),
    }


def publishing(work: Work) -> Part:
    """Deliveries in every state that a person acts on, what lies in hands, freezes, slots and acts on many."""
    cast, soon = work.cast, work.later.isoformat()
    ready, pending, held = work.variant(2), work.delivery(3), work.delivery(4, state=DeliveryState.HELD)
    unsure = work.delivery(5, part=PartState.UNKNOWN, state=DeliveryState.UNCONFIRMED, reason="timeout")
    missed = work.delivery(6, state=DeliveryState.MISSED)
    out = mark_published(work.delivery(7), remote_id="700", at=timezone.now() - timedelta(hours=3))
    read = mark_published(work.delivery(8, work.by_hand), remote_id="800", at=timezone.now() - timedelta(hours=3))
    handed = in_hands(work.delivery(9, work.by_hand, part=PartState.PROCESSING, state=DeliveryState.PROCESSING))
    slot, bulk, hold, proposed = planned(work, pending)
    own = {
        "delivery": [one.pk for one in (pending, held, unsure, missed, out, read, handed)], "hand": [handed.pk],
        "slot": [slot.pk], "bulk": [bulk.pk], "hold": [hold.pk, proposed.pk], "variant": [ready.pk],
    }  # fmt: skip
    ago = (timezone.now() - timedelta(minutes=5)).isoformat()
    row = f"permalink,read_at,views\n{read.parts.get().permalink},{ago},5\n"
    acts: dict[str, tuple[Any, Delivery]] = {
        "move": ({"due_at": soon}, pending), "now": (None, pending), "hold": ({"why": "تمهّل"}, pending),
        "cancel": ({"why": "لا حاجة إليه"}, pending), "again": (None, unsure), "aside": (None, missed),
        "live": ({"permalink": f"{work.channel.profile_url}/12345"}, unsure), "down": ({"why": "خطأ"}, out),
        "figures": ({"read_at": ago, "figures": {"views": 12, "shares": None}}, read),
    }  # fmt: skip
    hands: dict[str, Any] = {
        "posted": {"permalink": f"{work.by_hand.profile_url}/131"}, "could-not": {"why": "الهاتف معطل"},
        "pass-on": {"to": cast.walker.pk}, "later": None,
    }  # fmt: skip
    sound = {
        "POST /deliveries/": Sound({"variant": ready.pk, "due_at": soon}),
        **{f"POST /deliveries/{{id}}/{act}/": Sound(body, {"id": one.pk}) for act, (body, one) in acts.items()},
        **{f"POST /hands/{{id}}/{act}/": Sound(body, {"id": handed.pk}) for act, body in hands.items()},
        "POST /deliveries/{id}/lateness/": Sound({"policy": "hold", "minutes": 30}, {"id": pending.pk}),
        "POST /overdue/": Sound({"times": [{"delivery": held.pk, "due_at": soon}]}),
        "POST /channels/{id}/figures/": Sound({"content": row, "keep": True}, {"id": work.by_hand.pk}),
        "POST /channels/{id}/account-figures/": Sound(
            {"read_at": timezone.now().isoformat(), "figures": {"followers": 900}}, {"id": work.by_hand.pk}
        ),
        "POST /freezes/{id}/confirm/": Sound(path={"id": proposed.pk}),
        "POST /channels/{id}/spacing/": Sound({"minutes": 5}),
        "POST /freezes/": Sound({"scope": "campaign", "scope_id": str(work.campaign.pk), "reason": "تحقّق"}),
        "POST /slots/": Sound(
            {"campaign": work.campaign.pk, "channel": work.channel.pk, "due_at": soon, "title": "موعد"}
        ),
        "PATCH /slots/{id}/": Sound({"title": "موعد آخر"}),
        "POST /slots/{id}/move/": Sound({"due_at": soon}),
        "POST /slots/{id}/fill/": Sound({"variant": ready.pk}),
        "POST /bulk-acts/": Sound({"kind": "hold", "deliveries": [pending.pk], "why": "تمهّل"}),
        "GET /calendar/": Sound(query={"first": "2026-01-01", "last": "2026-01-31"}),
    }
    return own, sound


def in_hands(delivery: Delivery) -> Delivery:
    with transaction.atomic():
        hand_over(delivery, delivery.parts.get())
    return delivery


def planned(work: Work, delivery: Delivery) -> tuple[Slot, BulkAct, Hold, Hold]:
    by: dict[str, Any] = {"organisation": work.cast.house, "created_at": timezone.now()}
    slot = Slot.objects.create(
        **by, campaign=work.campaign, channel=work.channel, due_at=work.later, title="موعد", created_by=work.cast.writer
    )
    bulk = BulkAct.objects.create(
        **by, kind="hold", delivery_ids=[delivery.pk], why="x", by=work.cast.writer, via="session",
        lease_until=timezone.now(),
    )  # fmt: skip
    placed: dict[str, Any] = {
        "organisation": work.cast.house, "scope": "network", "reason": "x", "placed_by": work.cast.writer,
        "placed_at": timezone.now(),
    }  # fmt: skip
    hold = Hold.objects.create(scope_id="telegram", **placed)
    proposed = Hold.objects.create(
        scope_id="facebook", first_agreed_by=work.cast.writer, first_agreed_at=timezone.now(), **placed
    )
    return slot, bulk, hold, proposed


def on_offer(cast: Cast, work: Work) -> Part:
    """Channels, and ways to connect one."""
    server = work.channel.server_url
    sealed: dict[str, Any] = {"organisation": cast.house, "network": "mastodon", "server_url": server}
    application = Application.objects.create(
        **sealed, sealed=seal({"client_id": "x", "client_secret": "y"}), set_by=cast.writer, set_at=timezone.now()
    )
    consent = Consent.objects.create(
        **sealed, user=cast.walker, redirect_uri="http://127.0.0.1/", state_hash="walk",
        sealed=seal({"state": "x", "verifier": "y"}), expires_at=timezone.now() + timedelta(minutes=50),
    )  # fmt: skip
    stated = dict.fromkeys(("owner", "sender", "funder"), "المؤسسة")
    own = {
        "channel": [work.channel.pk, work.by_hand.pk], "application": [application.pk], "consent": [consent.pk],
    }  # fmt: skip
    sound = {
        "POST /channels/": Sound({"network": "mastodon", "server_url": server, "token": TOKEN, "disclosure": stated}),
        "POST /channels/by-hand/": Sound(
            {
                "network": "whatsapp",
                "name": "قناة",
                "link": work.by_hand.profile_url.replace("Walked", "Other"),
                "people": [cast.walker.pk],
                "is_disclosed": True,
                "disclosure": stated,
            }
        ),
        "POST /channels/{id}/disclosure/": Sound(stated),
        "POST /channels/{id}/disconnect/": Sound({"why": "انتهى"}, {"id": work.channel.pk}),
        "POST /channels/{id}/disclosed/": Sound(path={"id": work.by_hand.pk}),
        "POST /applications/": Sound(
            {"network": "mastodon", "server_url": server, "client_id": "id", "client_secret": "secret"}
        ),
        "POST /consents/": Sound({"network": "mastodon", "server_url": server}),
    }
    return own, sound
