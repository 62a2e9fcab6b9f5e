"""/api/v1/ for figures that people read off a post, one at a time or by a file, and for the campaign's own file."""

from typing import Any, ClassVar

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import NeedsCapability
from accounts.api import actor_in, valid
from accounts.api_files import AsFile, UploadedField
from accounts.capabilities import Capability
from analytics import entering, entering_account, exporting
from analytics.access import campaign_or_404
from analytics.api import PERIOD, period_asked
from analytics.api_shapes import SnapshotShape
from analytics.keeping import LARGEST
from chain.errors import NotFound
from publishing.access import channel_or_404, delivery_or_404
from publishing.models import Channel, Part

S = serializers
MOST = 500_000
"""Characters of a file."""


class EnteredShape(S.Serializer[Any]):
    """`figures` by the names of the counters (see a snapshot); what was not read is null or left out, never 0."""

    read_at = S.DateTimeField()
    figures = S.DictField(child=S.IntegerField(min_value=0, max_value=LARGEST, allow_null=True))


class FileShape(S.Serializer[Any]):
    """CSV with the columns permalink, read_at and the counters' names, as `content` or as a `file`."""

    content = S.CharField(max_length=MOST, trim_whitespace=False, required=False, allow_blank=True, default="")
    file = UploadedField(required=False, allow_null=True, default=None)
    keep = S.BooleanField(required=False, default=False)


class TextFileShape(S.Serializer[Any]):
    content = S.CharField(max_length=MOST, trim_whitespace=False)
    keep = S.BooleanField(required=False, default=False)


class LineShape(S.Serializer[Any]):
    """A row of the file; `said` is what stands in its way, empty where it is sound."""

    number = S.IntegerField()
    permalink = S.CharField()
    read_at = S.DateTimeField(allow_null=True)
    figures = S.DictField(child=S.IntegerField(allow_null=True))
    said = S.CharField()


class ReportShape(S.Serializer[Any]):
    is_sound = S.BooleanField()
    is_kept = S.BooleanField()
    lines = LineShape(many=True)


class DeliveryFigures(APIView):
    permission_classes = (NeedsCapability,)
    needs: ClassVar[dict[str, Capability]] = {"POST": Capability.POST_BY_HAND}

    @extend_schema(operation_id="enter_figures", request=EnteredShape, responses={201: SnapshotShape})
    def post(self, request: Request, pk: int) -> Response:
        """Keep what a person read off a post whose network tells no figures."""
        part = part_or_404(request, pk)
        entered = entering.enter_figures(part=part, actor=actor_in(request), **valid(EnteredShape, request))
        return Response(SnapshotShape(entered).data, status=status.HTTP_201_CREATED)


def part_or_404(request: Request, delivery_id: int) -> Part:
    delivery = delivery_or_404(actor_in(request), delivery_id)
    part = entering.part_with_figures(delivery)
    if part is None or not entering.enterable(delivery.channel):
        raise NotFound(_("Only what a person posted has figures to be entered by hand."))
    return part


class ChannelFigures(APIView):
    permission_classes = (NeedsCapability,)
    needs: ClassVar[dict[str, Capability]] = {"POST": Capability.POST_BY_HAND}

    @extend_schema(
        operation_id="enter_figures_file",
        request={"application/json": TextFileShape, "multipart/form-data": FileShape},
        responses=ReportShape,
    )
    def post(self, request: Request, pk: int) -> Response:
        """Look a file over, row by row; with `keep` it is kept, as a whole and only where every row is sound."""
        channel, given = by_hand_or_404(request, pk), valid(FileShape, request)
        file, content = given["file"], given["content"]
        report = entering.import_figures(
            channel=channel,
            content=file.read(MOST).decode("utf-8", "replace") if file else content,
            actor=actor_in(request),
            commit=given["keep"],
        )
        return Response(ReportShape(report).data)


def by_hand_or_404(request: Request, channel_id: int) -> Channel:
    channel = channel_or_404(actor_in(request), channel_id)
    if not entering.enterable(channel):
        raise NotFound(_("The network tells this channel's figures itself."))
    return channel


class AccountFigures(APIView):
    permission_classes = (NeedsCapability,)
    needs: ClassVar[dict[str, Capability]] = {"POST": Capability.POST_BY_HAND}

    @extend_schema(operation_id="enter_account_figures", request=EnteredShape, responses={201: EnteredShape})
    def post(self, request: Request, pk: int) -> Response:
        """Keep what a person read off an account (`followers`) whose network tells no figures."""
        channel = channel_or_404(actor_in(request), pk)
        if not entering_account.account_enterable(channel):
            raise NotFound(_("The network tells this channel's figures itself."))
        given = valid(EnteredShape, request)
        entering_account.enter_account_figures(channel=channel, actor=actor_in(request), **given)
        return Response(EnteredShape(given).data, status=status.HTTP_201_CREATED)


class CampaignFile(APIView):
    permission_classes = (NeedsCapability,)
    content_negotiation_class = AsFile
    needs: ClassVar[dict[str, Capability]] = {"GET": Capability.EXPORT_FIGURES}

    @extend_schema(
        operation_id="campaign_figures_file",
        parameters=PERIOD[:-1],
        responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR)},
    )
    def get(self, request: Request, pk: int) -> StreamingHttpResponse:
        """The campaign's figures for a spreadsheet: a line per delivery, unknown cells empty with their reason."""
        campaign = campaign_or_404(actor_in(request), pk, Capability.EXPORT_FIGURES)
        return exporting.campaign_file(campaign, period_asked(request, campaign))
