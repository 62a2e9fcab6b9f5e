"""Addresses of /api/v1/ that are about publishing."""

from rest_framework.routers import SimpleRouter

from publishing import api

router = SimpleRouter()
router.register("channels", api.Channels, basename="api-channel")
router.register("deliveries", api.Deliveries, basename="api-delivery")
router.register("freezes", api.Freezes, basename="api-freeze")

urlpatterns = router.urls
