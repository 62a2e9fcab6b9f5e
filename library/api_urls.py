"""Addresses of /api/v1/ that are about what we know."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from library import api, api_knowledge

router = SimpleRouter()
router.register("concepts", api_knowledge.Concepts, basename="api-concept")
router.register("narratives", api_knowledge.Narratives, basename="api-narrative")
router.register("claims", api_knowledge.Claims, basename="api-claim")
router.register("citations", api.Citations, basename="api-citation")

urlpatterns = [
    path("verses/<int:surah>/<int:ayah_from>/", api.Verses.as_view(), name="api-verse"),
    path("verses/<int:surah>/<int:ayah_from>-<int:ayah_to>/", api.Verses.as_view(), name="api-verses"),
    path("", include(router.urls)),
]
