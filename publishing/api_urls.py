"""Addresses of /api/v1/ that are about publishing."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from publishing import api, api_agenda, api_by_hand, api_connecting, api_overdue, api_preflight, api_removing

router = SimpleRouter()
router.register("channels", api.Channels, basename="api-channel")
router.register("applications", api_connecting.Applications, basename="api-application")
router.register("consents", api_connecting.Consents, basename="api-consent")
router.register("deliveries", api.Deliveries, basename="api-delivery")
router.register("hands", api_by_hand.Hands, basename="api-hand")
router.register("recalls", api_removing.Recalls, basename="api-recall")
router.register("freezes", api.Freezes, basename="api-freeze")
router.register("slots", api_agenda.Slots, basename="api-slot")
router.register("bulk-acts", api_agenda.BulkActs, basename="api-bulk")

urlpatterns = [
    path("calendar/", api_agenda.Calendar.as_view(), name="api-calendar"),
    path("networks/", api.Networks.as_view(), name="api-networks"),
    path("deliveries/<int:pk>/preflight/", api_preflight.DeliveryPreflight.as_view(), name="api-delivery-preflight"),
    path("variants/<int:pk>/preflight/", api_preflight.VariantPreflight.as_view(), name="api-variant-preflight"),
    path("deliveries/<int:pk>/deleted/", api_removing.Deleted.as_view(), name="api-delivery-deleted"),
    path("deliveries/<int:pk>/correct/", api_removing.Corrected.as_view(), name="api-delivery-correct"),
    path("deliveries/<int:pk>/copy/", api_removing.Copies.as_view(), name="api-delivery-copy"),
    path("overdue/", api_overdue.Overdue.as_view(), name="api-overdue"),
    *router.urls,
]
