"""Addresses of /api/v1/ that are about figures."""

from django.urls import path

from analytics import api

urlpatterns = [
    path("campaigns/<int:pk>/figures/", api.CampaignFigures.as_view(), name="api-campaign-figures"),
    path("deliveries/<int:pk>/snapshots/", api.DeliverySnapshots.as_view(), name="api-delivery-snapshots"),
]
