"""What campaigns, contents and variants look like in /api/v1/. Texts are given and taken byte for byte."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Language
from campaigns.models import Campaign, Content, LatenessPolicy, MediaFile, Remark, Variant
from campaigns.queries import Task
from chain.models import Decision

S = serializers

BLOCK = {
    "oneOf": [
        {
            "type": "object",
            "required": ["type", "text"],
            "properties": {"type": {"type": "string", "enum": ["text"]}, "text": {"type": "string"}},
        },
        {
            "type": "object",
            "required": ["type", "citation"],
            "properties": {"type": {"type": "string", "enum": ["verse"]}, "citation": {"type": "integer"}},
        },
    ]
}
BLOCKS = {"type": "array", "items": BLOCK}
OWN = {
    "type": "object",
    "required": ["blocks", "media", "link", "tags", "content_warning"],
    "properties": {
        "blocks": {**BLOCKS, "nullable": True, "description": "null follows the body"},
        "media": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["media", "alt"],
                "properties": {"media": {"type": "integer"}, "alt": {"type": "string"}},
            },
        },
        "link": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "content_warning": {"type": "string"},
    },
}


@extend_schema_field(
    {
        "type": "object",
        "required": ["title", "body", "variants"],
        "properties": {
            "title": {"type": "string"},
            "body": BLOCKS,
            "sources": {"type": "array", "items": {"type": "integer"}, "description": "works; left out, they stay"},
            "variants": {"type": "object", "additionalProperties": OWN, "description": "by variant id"},
        },
    }
)
class DocumentField(S.JSONField):
    """The sheet. Read strictly by campaigns.documents, not here."""


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
class LinesField(S.JSONField):
    """One line per language code."""


def prose() -> S.CharField:
    return S.CharField(required=False, allow_blank=True, trim_whitespace=False, max_length=5000)


class CampaignShape(S.ModelSerializer[Campaign]):
    """`digest` is what a signature of the brief is put under; `version` what the next edit builds upon."""

    disclosure = LinesField()
    languages = S.ListField(child=S.ChoiceField(choices=Language.choices))
    digest = S.CharField()

    class Meta:
        model = Campaign
        fields: ClassVar[list[str]] = ["id", "code", "state", "version", "digest", *Campaign.BRIEF]


class BriefShape(S.Serializer[Any]):
    title = S.CharField(required=False, max_length=160, trim_whitespace=False)
    goal, segment, message, messenger, call_to_action = prose(), prose(), prose(), prose(), prose()
    languages = S.ListField(child=S.ChoiceField(choices=Language.choices), required=False)
    time_zone = S.CharField(required=False, max_length=60)
    disclosure = LinesField(required=False)
    starts_on = S.DateField(required=False, allow_null=True)
    ends_on = S.DateField(required=False, allow_null=True)
    lateness_policy = S.ChoiceField(choices=LatenessPolicy.choices, required=False)
    lateness_minutes = S.IntegerField(required=False, min_value=0, max_value=10_080)


class NewCampaignShape(BriefShape):
    title = S.CharField(max_length=160, trim_whitespace=False)
    code = S.CharField(max_length=40, required=False, allow_blank=True, default="")


class BriefEditShape(BriefShape):
    version = S.IntegerField(min_value=1)


class DigestShape(S.Serializer[Any]):
    digest = S.RegexField(r"^[0-9a-f]{64}$")


class DigestNoteShape(DigestShape):
    note = S.CharField(max_length=5000, trim_whitespace=False)


class VariantShape(S.ModelSerializer[Variant]):
    """`digest` is of the payload under review or signed; empty while it is a draft."""

    network = S.CharField(source="channel.network", read_only=True)
    handle = S.CharField(source="channel.handle", read_only=True)
    digest = S.CharField(read_only=True)

    class Meta:
        model = Variant
        fields: ClassVar[list[str]] = [
            "id",
            "content",
            "channel",
            "network",
            "handle",
            "state",
            "digest",
            "submitted_by",
            "submitted_at",
            "planned_at",
        ]


class ContentShape(S.ModelSerializer[Content]):
    variants = VariantShape(many=True, read_only=True)

    class Meta:
        model = Content
        fields: ClassVar[list[str]] = [
            "id",
            "campaign",
            "claim",
            "title",
            "language",
            "draft_version",
            "draft_saved_at",
            "created_by",
            "created_at",
            "variants",
        ]


class ContentWithDraftShape(ContentShape):
    draft = DocumentField(read_only=True)

    class Meta(ContentShape.Meta):
        fields: ClassVar[list[str]] = [*ContentShape.Meta.fields, "draft"]


class NewContentShape(S.Serializer[Any]):
    campaign = S.IntegerField(min_value=1)
    claim = S.IntegerField(min_value=1)
    title = S.CharField(max_length=160, trim_whitespace=False)
    language = S.ChoiceField(choices=Language.choices, default=Language.AR)
    channels = S.ListField(child=S.IntegerField(min_value=1), required=False, default=list)


class DraftShape(S.Serializer[Any]):
    document = DocumentField()
    base_version = S.IntegerField(min_value=0)


class SavedShape(S.Serializer[Any]):
    """`voided` are variants that this save made drafts again."""

    version = S.IntegerField()
    saved_at = S.DateTimeField(allow_null=True)
    voided = S.ListField(child=S.IntegerField())


class CheckShape(S.Serializer[Any]):
    code = S.CharField()
    level = S.ChoiceField(choices=["block", "warn", "ok"])
    what = S.CharField()
    how = S.CharField()
    place = S.CharField()
    variant = S.IntegerField(allow_null=True)


class NewVariantShape(S.Serializer[Any]):
    content = S.IntegerField(min_value=1)
    channel = S.IntegerField(min_value=1)
    planned_at = S.DateTimeField(required=False, allow_null=True, default=None)


class SubmitShape(S.Serializer[Any]):
    base_version = S.IntegerField(min_value=0, required=False, allow_null=True, default=None)


class RenderedPartShape(S.Serializer[Any]):
    text = S.CharField(trim_whitespace=False)
    length = S.IntegerField()
    limit = S.IntegerField()


class RenderingShape(S.Serializer[Any]):
    """The exact text as it would go out now, counted as the network counts it."""

    digest = S.CharField()
    count = S.IntegerField()
    limit = S.IntegerField()
    is_over = S.BooleanField()
    parts = RenderedPartShape(many=True)
    checks = CheckShape(many=True)


class GateShape(DigestShape):
    gate = S.SlugField(max_length=40)


class GateNoteShape(DigestNoteShape):
    gate = S.SlugField(max_length=40)


class WithdrawSignatureShape(S.Serializer[Any]):
    decision = S.IntegerField(min_value=1)
    why = S.CharField(max_length=500)


class DecisionShape(S.ModelSerializer[Decision]):
    gate = S.CharField(source="gate.code")
    name = S.CharField(source="user.name")

    class Meta:
        model = Decision
        fields: ClassVar[list[str]] = ["id", "gate", "digest", "verdict", "user", "name", "note", "at", "revoked_at"]


class RemarkShape(S.ModelSerializer[Remark]):
    class Meta:
        model = Remark
        fields: ClassVar[list[str]] = [
            "id",
            "variant",
            "payload",
            "author",
            "text",
            "quote",
            "created_at",
            "settled_at",
            "settled_by",
        ]


class NewRemarkShape(S.Serializer[Any]):
    variant = S.IntegerField(min_value=1)
    text = S.CharField(max_length=5000, trim_whitespace=False)
    quote = S.CharField(max_length=300, required=False, allow_blank=True, default="", trim_whitespace=False)


class MediaShape(S.ModelSerializer[MediaFile]):
    class Meta:
        model = MediaFile
        fields: ClassVar[list[str]] = ["id", "sha256", "mime_type", "size", "width", "height", "name", "created_at"]


class UploadShape(S.Serializer[Any]):
    file = S.FileField()


class TaskShape(S.Serializer[Any]):
    """One thing that waits: `kind` is fix, sign, sign_brief, fix_brief, write or plan."""

    kind = S.CharField()
    at = S.DateTimeField(allow_null=True)
    campaign = S.IntegerField(source="campaign.pk")
    content = S.IntegerField(source="content.pk", allow_null=True, default=None)
    variant = S.IntegerField(source="variant.pk", allow_null=True, default=None)
    title = S.SerializerMethodField()
    remark = S.CharField(source="remark.text", allow_null=True, default=None)

    def get_title(self, task: Task) -> str:
        return task.content.title if task.content else task.campaign.title


class DeskShape(S.Serializer[Any]):
    """What the desk page shows; each list has the oldest first."""

    count = S.IntegerField()
    first = TaskShape(allow_null=True)
    fix = TaskShape(many=True)
    sign = TaskShape(many=True)
    briefs = TaskShape(many=True)
    write = TaskShape(many=True)
    plan = TaskShape(many=True)
    waiting = TaskShape(many=True)
