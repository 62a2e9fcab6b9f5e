"""Addresses of /api/v1/ that are about what we say."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from campaigns import api, api_audiences
from campaigns.api_desk import DeskView

router = SimpleRouter()
router.register("campaigns", api.Campaigns, basename="api-campaign")
router.register("programmes", api_audiences.Programmes, basename="api-programme")
router.register("segments", api_audiences.Segments, basename="api-segment")
router.register("messengers", api_audiences.Messengers, basename="api-messenger")
router.register("contents", api.Contents, basename="api-content")
router.register("variants", api.Variants, basename="api-variant")
router.register("remarks", api.Remarks, basename="api-remark")
router.register("media", api.Media, basename="api-media")

urlpatterns = [path("desk/", DeskView.as_view(), name="api-desk"), path("", include(router.urls))]
