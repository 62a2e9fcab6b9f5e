"""/api/v1/desk/: what waits for the one who asks, as the desk page shows it."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Needs, NeedsCapability
from accounts.capabilities import Capability
from campaigns.api_shapes import DeskShape
from campaigns.queries import desk
from library.api import actor_in


class DeskView(APIView):
    permission_classes = [NeedsCapability]
    needs: ClassVar[Needs] = {"GET": Capability.VIEW_CONTENTS}

    @extend_schema(responses=DeskShape)
    def get(self, request: Request) -> Response:
        """What should I write, fix, sign or plan next?"""
        return Response(DeskShape(desk(actor_in(request))).data)
