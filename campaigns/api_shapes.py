"""What campaigns, contents and variants look like in /api/v1/. Texts are given and taken byte for byte."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api_files import UploadedField
from accounts.models import Language
from campaigns.api_media_shapes import PICTURE
from campaigns.api_media_shapes import MediaShape as MediaShape
from campaigns.models import Campaign, Content, LatenessPolicy, Payload, Remark, Variant
from campaigns.queries import Task
from chain.models import Decision
from networks.registry import all_adapters
from networks.types import Visibility

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
BREAK = {
    "type": "object",
    "required": ["type"],
    "properties": {"type": {"type": "string", "enum": ["break"], "description": "the next post of a thread"}},
}


def option_properties() -> dict[str, Any]:
    """Of every option that an installed network declares: its values, or how long it may be."""
    found: dict[str, Any] = {}
    for adapter in all_adapters():
        for option in adapter.options:
            said = found.setdefault(option.name, {"type": "string", "description": ""})
            said["description"] = f"{said['description']} {adapter.slug}".strip()
            if option.choices:
                said["enum"] = list(dict.fromkeys([*said.get("enum", []), *option.choices]))
            elif option.max_length is not None:
                said["maxLength"] = max(option.max_length, said.get("maxLength", 0))
    return found


BLOCKS = {"type": "array", "items": BLOCK}
OWN = {
    "type": "object",
    "required": ["blocks", "media", "link", "tags", "content_warning"],
    "properties": {
        "blocks": {
            "type": "array",
            "items": {"oneOf": [*BLOCK["oneOf"], BREAK]},
            "nullable": True,
            "description": "null follows the body",
        },
        "media": {"type": "array", "items": PICTURE},
        "link": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "content_warning": {"type": "string"},
        "visibility": {"type": "string", "enum": ["", *map(str, Visibility)]},
        "language": {"type": "string", "enum": ["", *Language.values], "description": "empty is the content's"},
        "options": {
            "type": "object",
            "properties": option_properties(),
            "description": "what the channel's network lets one choose; see /networks/",
        },
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
        fields: ClassVar[list[str]] = [
            "id", "code", "state", "version", "digest", *Campaign.BRIEF, *Campaign.LATER, "programme", "serves",
            "segments", "messengers",
        ]  # fmt: skip


class BriefShape(S.Serializer[Any]):
    title = S.CharField(required=False, max_length=160, trim_whitespace=False)
    goal, segment, message, messenger, call_to_action = prose(), prose(), prose(), prose(), prose()
    theory_of_change, medium, measurement, risks = prose(), prose(), prose(), prose()
    programme = S.IntegerField(min_value=1, required=False, allow_null=True)
    serves = S.IntegerField(min_value=1, max_value=12, required=False, allow_null=True)
    segments = S.ListField(child=S.IntegerField(min_value=1), required=False)
    messengers = S.ListField(child=S.IntegerField(min_value=1), required=False)
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


class GivenShape(S.Serializer[Any]):
    document = DocumentField()


class ToThreadShape(GivenShape):
    variant = S.IntegerField(min_value=1)


class SavedShape(S.Serializer[Any]):
    """`voided` are variants that this save made drafts again, `held` the deliveries that wait because of it."""

    version = S.IntegerField()
    saved_at = S.DateTimeField(allow_null=True)
    voided = S.ListField(child=S.IntegerField())
    held = S.ListField(child=S.IntegerField())


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


class MeasuredVariantShape(RenderingShape):
    variant = S.IntegerField()
    checks = None  # type: ignore[assignment]


class MeasuredShape(S.Serializer[Any]):
    """What each channel would get, and what was looked at: a check names its variant, or is about the whole sheet."""

    variants = MeasuredVariantShape(many=True)
    checks = CheckShape(many=True)


class PayloadShape(S.ModelSerializer[Payload]):
    """`canonical` is JSON, to be hashed as it stands; `created_at` is when it was submitted."""

    class Meta:
        model = Payload
        fields: ClassVar[list[str]] = ["digest", "canonical", "created_at"]


class GateShape(DigestShape):
    gate = S.SlugField(max_length=40)


class SignShape(GateShape):
    answers = S.ListField(child=S.CharField(max_length=40), max_length=40)


class QuestionShape(S.Serializer[Any]):
    gate = S.CharField()
    code = S.CharField()
    text = S.CharField()


class AnswerShape(S.Serializer[Any]):
    """A question as it was put to the signer, who said yes."""

    code = S.CharField()
    text = S.CharField()


class GateNoteShape(DigestNoteShape):
    gate = S.SlugField(max_length=40)


class WithdrawSignatureShape(S.Serializer[Any]):
    decision = S.IntegerField(min_value=1)
    why = S.CharField(max_length=500)


class DecisionShape(S.ModelSerializer[Decision]):
    gate = S.CharField(source="gate.code")
    name = S.CharField(source="user.name")
    answers = AnswerShape(many=True)

    class Meta:
        model = Decision
        fields: ClassVar[list[str]] = [
            "id", "gate", "digest", "verdict", "user", "name", "note", "answers", "at", "revoked_at",
        ]  # fmt: skip


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


class UploadShape(S.Serializer[Any]):
    file = UploadedField()


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
