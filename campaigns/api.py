"""/api/v1/ for campaigns, contents, variants, remarks and pictures. Each act calls the pages' own action."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Needs, NeedsCapability, Wanted
from accounts.api_files import AsFile
from accounts.api_shapes import WhyShape
from accounts.capabilities import Capability
from accounts.models import Organisation
from campaigns import access, api_shapes, briefs, drafting, media, remarks, reviewing, submitting, uploading
from campaigns.checks import as_json, check
from campaigns.models import Campaign, Content, MediaFile, Remark, Variant
from campaigns.queries import held_by_edit
from campaigns.questions import QUESTIONS, refuse_unanswered
from campaigns.rendering import Rendering, document_given
from campaigns.splitting import as_thread
from campaigns.views.ranges import ranged
from chain.errors import NotAllowed, NotFound
from chain.reviewing import decisions_about
from library.access import claim_or_404
from library.api import actor_in, valid
from library.api_search import SEARCHED

shapes = api_shapes
SIGN = (Capability.SIGN_SCIENTIFIC, Capability.SIGN_LANGUAGE)
WRITE: dict[str, Wanted] = dict.fromkeys(("POST", "PUT"), Capability.WRITE_CONTENT)
READ: dict[str, Wanted] = {"GET": Capability.VIEW_CONTENTS}
ID = r"[0-9]{1,18}"


class Campaigns(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Campaign]):
    serializer_class = shapes.CampaignShape
    lookup_value_regex = ID
    permission_classes = [NeedsCapability]
    needs: ClassVar[Needs] = {
        "GET": Capability.VIEW_CAMPAIGNS,
        "POST": Capability.EDIT_BRIEF,
        "PATCH": Capability.EDIT_BRIEF,
        "sign": Capability.SIGN_BRIEF,
        "request_changes": Capability.SIGN_BRIEF,
        "withdraw_signature": Capability.SIGN_BRIEF,
    }
    queryset = Campaign.objects.none()
    ordering_fields: ClassVar[list[str]] = ["id", "code", "title", "state", "starts_on", "ends_on"]
    filterset_fields: ClassVar[list[str]] = ["programme", "state"]

    def get_queryset(self) -> QuerySet[Campaign]:
        return access.campaigns_of(actor_in(self.request))

    def get_object(self) -> Campaign:
        return access.campaign_or_404(actor_in(self.request), int(self.kwargs["pk"]))

    def shown(self, campaign: Campaign, code: int = status.HTTP_200_OK) -> Response:
        return Response(shapes.CampaignShape(campaign).data, status=code)

    @extend_schema(request=shapes.NewCampaignShape, responses={201: shapes.CampaignShape})
    def create(self, request: Request) -> Response:
        wanted = valid(shapes.NewCampaignShape, request.data)
        title, code = wanted.pop("title"), wanted.pop("code")
        changes = access.named_in_brief(actor_in(request), wanted)
        made = briefs.create_campaign(title=title, code=code, changes=changes, actor=actor_in(request))
        return self.shown(made, status.HTTP_201_CREATED)

    @extend_schema(request=shapes.BriefEditShape, responses=shapes.CampaignShape)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Edit the brief. A signed one is a draft again; 409 where `version` is no longer the last."""
        wanted = valid(shapes.BriefEditShape, request.data)
        version = wanted.pop("version")
        changes = access.named_in_brief(actor_in(request), wanted)
        edited = briefs.edit_brief(
            campaign=self.get_object(), changes=changes, version=version, actor=actor_in(request)
        )
        return self.shown(edited.campaign)

    @extend_schema(request=None, responses=shapes.CampaignShape)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Put the complete brief before the managers."""
        return self.shown(briefs.submit_brief(campaign=self.get_object(), actor=actor_in(request)))

    @extend_schema(request=shapes.DigestShape, responses=shapes.CampaignShape)
    @action(detail=True, methods=["post"])
    def sign(self, request: Request, pk: str) -> Response:
        """Sign the brief. Session and second factor; never by a token, never by somebody who wrote part of it."""
        wanted = valid(shapes.DigestShape, request.data)
        return self.shown(briefs.sign_brief(campaign=self.get_object(), actor=actor_in(request), **wanted))

    @extend_schema(request=shapes.DigestNoteShape, responses=shapes.CampaignShape)
    @action(detail=True, methods=["post"], url_path="request-changes")
    def request_changes(self, request: Request, pk: str) -> Response:
        wanted = valid(shapes.DigestNoteShape, request.data)
        return self.shown(briefs.request_brief_changes(campaign=self.get_object(), actor=actor_in(request), **wanted))

    @extend_schema(request=WhyShape, responses=shapes.CampaignShape)
    @action(detail=True, methods=["post"], url_path="withdraw-signature")
    def withdraw_signature(self, request: Request, pk: str) -> Response:
        """Take back one's own signature; what was to go out in the campaign is held."""
        wanted, campaign = valid(WhyShape, request.data), self.get_object()
        return self.shown(briefs.withdraw_brief_signature(campaign=campaign, actor=actor_in(request), **wanted))

    @extend_schema(request=WhyShape, responses=shapes.CampaignShape)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        wanted = valid(WhyShape, request.data)
        return self.shown(briefs.close_campaign(campaign=self.get_object(), actor=actor_in(request), **wanted))

    @extend_schema(responses=shapes.CheckShape(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def checks(self, request: Request, pk: str) -> Response:
        """What the brief still lacks before it can be submitted; an empty list: nothing."""
        return Response([as_json(each) for each in briefs.lacking(self.get_object())])


class Contents(mixins.ListModelMixin, viewsets.GenericViewSet[Content]):
    serializer_class = shapes.ContentShape
    lookup_value_regex = ID
    permission_classes = [NeedsCapability]
    needs: ClassVar[Needs] = READ | WRITE
    queryset = Content.objects.none()
    ordering_fields: ClassVar[list[str]] = ["id", "title", "campaign", "claim", "draft_saved_at", "created_at"]
    filter_backends = SEARCHED
    filterset_fields: ClassVar[list[str]] = ["campaign", "claim", "language"]

    def get_queryset(self) -> QuerySet[Content]:
        found = access.contents_of(actor_in(self.request))
        return found.prefetch_related("variants__channel", "variants__payload")

    def get_object(self) -> Content:
        return access.content_or_404(actor_in(self.request), int(self.kwargs["pk"]))

    @extend_schema(responses=shapes.ContentWithDraftShape)
    def retrieve(self, request: Request, pk: str) -> Response:
        """A content with its working copy."""
        return Response(shapes.ContentWithDraftShape(self.get_object()).data)

    @extend_schema(request=shapes.NewContentShape, responses={201: shapes.ContentWithDraftShape})
    def create(self, request: Request) -> Response:
        """Begin an answer to a claim, on these channels."""
        wanted, actor = valid(shapes.NewContentShape, request.data), actor_in(request)
        made = drafting.create_content(
            campaign=access.campaign_or_404(actor, wanted["campaign"]),
            claim=claim_or_404(actor, wanted["claim"]),
            title=wanted["title"],
            language=wanted["language"],
            channels=[access.channel_or_404(actor, pk) for pk in wanted["channels"]],
            actor=actor,
        )
        return Response(shapes.ContentWithDraftShape(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=shapes.DraftShape, responses=shapes.SavedShape)
    @action(detail=True, methods=["put"])
    def draft(self, request: Request, pk: str) -> Response:
        """Save the sheet, built upon `base_version`; 409 `edited_by_another` where that is no longer the last."""
        wanted = valid(shapes.DraftShape, request.data)
        saved = drafting.save_draft(content=self.get_object(), actor=actor_in(request), **wanted)
        body = {
            "version": saved.version,
            "saved_at": saved.saved_at,
            "voided": [variant.pk for variant in saved.voided],
            "held": [delivery.pk for delivery in held_by_edit(saved.voided)],
        }
        return Response(shapes.SavedShape(body).data)

    @extend_schema(responses=shapes.CheckShape(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def checks(self, request: Request, pk: str) -> Response:
        """What stands in the way of its submission, what to look at, and what is sound."""
        found = check(self.get_object())
        return Response([as_json(each) for each in (*found.mend, *found.sound)])

    @extend_schema(request=shapes.GivenShape, responses=shapes.MeasuredShape)
    @action(detail=True, methods=["post"])
    def measure(self, request: Request, pk: str) -> Response:
        """How a sheet that is not saved would go out on each channel, and what is to mend. Writes nothing."""
        content = self.get_object()
        found = check(content, document_given(content, valid(shapes.GivenShape, request.data)["document"]))
        rendered = [{"variant": pk, **rendering_as(one, [])} for pk, one in found.renderings.items()]
        checks = [as_json(each) for each in (*found.mend, *found.sound)]
        return Response(shapes.MeasuredShape({"variants": rendered, "checks": checks}).data)

    @extend_schema(request=shapes.ToThreadShape, responses=shapes.GivenShape)
    @action(detail=True, methods=["post"])
    def thread(self, request: Request, pk: str) -> Response:
        """A sheet with one channel's text cut into a thread, each post within its network's limit. Writes nothing."""
        wanted, content = valid(shapes.ToThreadShape, request.data), self.get_object()
        made = as_thread(content, document_given(content, wanted["document"]), wanted["variant"])
        return Response(shapes.GivenShape({"document": made.to_json()}).data)

    @extend_schema(request=shapes.SubmitShape, responses=shapes.VariantShape(many=True), filters=False)
    @action(detail=True, methods=["post"], pagination_class=None)
    def submit(self, request: Request, pk: str) -> Response:
        """Put every channel's text up for signature, as one revision."""
        wanted = valid(shapes.SubmitShape, request.data)
        done = submitting.submit_all(content=self.get_object(), actor=actor_in(request), **wanted)
        return Response(shapes.VariantShape(done, many=True).data)


class Variants(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Variant]):
    serializer_class = shapes.VariantShape
    lookup_value_regex = ID
    permission_classes = [NeedsCapability]
    needs: ClassVar[Needs] = READ | WRITE | dict.fromkeys(("sign", "request_changes", "withdraw_signature"), SIGN)
    queryset = Variant.objects.none()
    ordering_fields: ClassVar[list[str]] = ["id", "state", "channel", "submitted_at", "planned_at"]
    filterset_fields: ClassVar[list[str]] = ["content", "channel", "state"]

    def get_queryset(self) -> QuerySet[Variant]:
        return access.variants_of(actor_in(self.request))

    def get_object(self) -> Variant:
        return access.variant_or_404(actor_in(self.request), int(self.kwargs["pk"]))

    def shown(self, variant: Variant, code: int = status.HTTP_200_OK) -> Response:
        return Response(shapes.VariantShape(variant).data, status=code)

    @extend_schema(request=shapes.NewVariantShape, responses={201: shapes.VariantShape})
    def create(self, request: Request) -> Response:
        """Write a content for one more channel."""
        wanted, actor = valid(shapes.NewVariantShape, request.data), actor_in(request)
        made = drafting.add_variant(
            content=access.content_or_404(actor, wanted["content"]),
            channel=access.channel_or_404(actor, wanted["channel"]),
            planned_at=wanted["planned_at"],
            actor=actor,
        )
        return self.shown(made, status.HTTP_201_CREATED)

    @extend_schema(responses=shapes.RenderingShape)
    @action(detail=True, methods=["get"])
    def rendering(self, request: Request, pk: str) -> Response:
        """The text as it would go out now, its length there, and what is to mend. A withdrawn text has none: 404."""
        variant = self.get_object()
        found = check(variant.content)
        if variant.pk not in found.renderings:
            raise NotFound
        mend = [as_json(each) for each in found.mend if each.variant_id in (None, variant.pk)]
        return Response(shapes.RenderingShape(rendering_as(found.renderings[variant.pk], mend)).data)

    @extend_schema(responses=shapes.PayloadShape)
    @action(detail=True, methods=["get"])
    def payload(self, request: Request, pk: str) -> Response:
        """What is signed and goes out, frozen when it was submitted: `digest` is the SHA-256 of `canonical`."""
        if (frozen := self.get_object().payload) is None:
            raise NotFound
        return Response(shapes.PayloadShape(frozen).data)

    @extend_schema(request=shapes.SubmitShape, responses=shapes.VariantShape)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Put this channel's text up for signature; 422 names the first obstacle."""
        wanted = valid(shapes.SubmitShape, request.data)
        return self.shown(submitting.submit(variant=self.get_object(), actor=actor_in(request), **wanted))

    @extend_schema(request=shapes.SignShape, responses=shapes.VariantShape)
    @action(detail=True, methods=["post"])
    def sign(self, request: Request, pk: str) -> Response:
        """Sign the payload of that digest at a gate. Session and second factor; never one's own work, never a token.

        `answers` are the codes of the gate's questions (see `questions`), every one of which must be answered yes.
        """
        wanted = valid(shapes.SignShape, request.data)
        signed = reviewing.sign(
            variant=self.get_object(),
            gate_code=wanted["gate"],
            digest=wanted["digest"],
            answers=refuse_unanswered(wanted["gate"], wanted["answers"]),
            actor=actor_in(request),
        )
        return self.shown(signed)

    @extend_schema(request=shapes.GateNoteShape, responses=shapes.VariantShape)
    @action(detail=True, methods=["post"], url_path="request-changes")
    def request_changes(self, request: Request, pk: str) -> Response:
        wanted = valid(shapes.GateNoteShape, request.data)
        gate = wanted.pop("gate")
        back = reviewing.request_changes(variant=self.get_object(), gate_code=gate, actor=actor_in(request), **wanted)
        return self.shown(back)

    @extend_schema(responses=shapes.QuestionShape(many=True), filters=False)
    @action(detail=False, methods=["get"], pagination_class=None)
    def questions(self, request: Request) -> Response:
        """What a reviewer answers before signing, gate by gate."""
        found = [{"gate": gate, "code": code, "text": text} for gate, some in QUESTIONS.items() for code, text in some]
        return Response(shapes.QuestionShape(found, many=True).data)

    @extend_schema(responses=shapes.DecisionShape(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def decisions(self, request: Request, pk: str) -> Response:
        """Every decision about any version of it, oldest first."""
        found = decisions_about(self.get_object()).order_by("id")
        return Response(shapes.DecisionShape(found, many=True).data)

    @extend_schema(request=shapes.WithdrawSignatureShape, responses=shapes.VariantShape)
    @action(detail=True, methods=["post"], url_path="withdraw-signature")
    def withdraw_signature(self, request: Request, pk: str) -> Response:
        """Withdraw a signature; what was to go out under it is held."""
        wanted = valid(shapes.WithdrawSignatureShape, request.data)
        back = reviewing.withdraw_signature(
            variant=self.get_object(), decision_id=wanted["decision"], why=wanted["why"], actor=actor_in(request)
        )
        return self.shown(back)

    @extend_schema(request=WhyShape, responses=shapes.VariantShape)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take this channel's version out of play for good."""
        wanted = valid(WhyShape, request.data)
        return self.shown(drafting.withdraw_variant(variant=self.get_object(), actor=actor_in(request), **wanted))

    @extend_schema(request=None, responses={201: shapes.VariantShape})
    @action(detail=True, methods=["post"])
    def copy(self, request: Request, pk: str) -> Response:
        """Begin a new content with this text, for the same channel."""
        made = drafting.copy_variant(variant=self.get_object(), actor=actor_in(request))
        return self.shown(made, status.HTTP_201_CREATED)


def rendering_as(rendering: Rendering, mend: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "digest": rendering.digest,
        "count": rendering.count,
        "limit": rendering.limit,
        "is_over": rendering.is_over,
        "parts": rendering.parts,
        "checks": mend,
    }


class Remarks(mixins.ListModelMixin, viewsets.GenericViewSet[Remark]):
    serializer_class = shapes.RemarkShape
    lookup_value_regex = ID
    permission_classes = [NeedsCapability]
    needs: ClassVar[Needs] = READ | {
        "POST": Capability.COMMENT,
        "settle": (Capability.COMMENT, Capability.WRITE_CONTENT),
    }
    queryset = Remark.objects.none()
    ordering_fields: ClassVar[list[str]] = ["id", "variant", "created_at", "settled_at"]
    filterset_fields: ClassVar[dict[str, list[str]]] = {"variant": ["exact"], "settled_at": ["isnull"]}

    def get_queryset(self) -> QuerySet[Remark]:
        return access.remarks_of(actor_in(self.request))

    @extend_schema(request=shapes.NewRemarkShape, responses={201: shapes.RemarkShape})
    def create(self, request: Request) -> Response:
        wanted, actor = valid(shapes.NewRemarkShape, request.data), actor_in(request)
        variant = access.variant_or_404(actor, wanted.pop("variant"))
        said = remarks.remark(variant=variant, actor=actor, **wanted)
        return Response(shapes.RemarkShape(said).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=shapes.RemarkShape)
    @action(detail=True, methods=["post"])
    def settle(self, request: Request, pk: str) -> Response:
        said = access.remark_or_404(actor_in(request), int(pk))
        return Response(shapes.RemarkShape(remarks.settle(remark=said, actor=actor_in(request))).data)


class Media(mixins.ListModelMixin, viewsets.GenericViewSet[MediaFile]):
    """Pictures, videos and captions as they will go out."""

    serializer_class = shapes.MediaShape
    lookup_value_regex = ID
    permission_classes = [NeedsCapability]
    parser_classes = [MultiPartParser]
    needs: ClassVar[Needs] = READ | WRITE
    queryset = MediaFile.objects.none()
    filterset_fields: ClassVar[list[str]] = ["mime_type", "sha256"]
    ordering_fields: ClassVar[list[str]] = ["id", "name", "size", "created_at"]

    def get_queryset(self) -> QuerySet[MediaFile]:
        return access.media_of(actor_in(self.request))

    @extend_schema(request={"multipart/form-data": shapes.UploadShape}, responses={201: shapes.MediaShape})
    def create(self, request: Request) -> Response:
        """Take in a picture (JPEG, PNG, WebP), a video (MP4, MOV, WebM) or captions (SubRip, WebVTT), without notes."""
        wanted, actor = valid(shapes.UploadShape, request.data), actor_in(request)
        organisation = Organisation.objects.filter(pk=actor.organisation_id or 0).first()
        if organisation is None:
            raise NotAllowed
        file = wanted["file"]
        made = uploading.upload(organisation=organisation, file=file, name=file.name, actor=actor)
        return Response(shapes.MediaShape(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={200: OpenApiResponse(OpenApiTypes.BINARY)})
    @action(detail=True, methods=["get"], content_negotiation_class=AsFile)
    def file(self, request: Request, pk: str) -> HttpResponseBase:
        """The final bytes, or the piece that a Range header asks for."""
        found = access.media_or_404(actor_in(request), int(pk))
        sealed = {"X-Content-Type-Options": "nosniff"}
        return ranged(request, media.open_seen_whole(found), found.size, found.mime_type, sealed, found.sha256[:12])
