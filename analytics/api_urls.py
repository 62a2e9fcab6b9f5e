"""Addresses of /api/v1/ that are about figures."""

from django.urls import path

from analytics import api, api_entering

urlpatterns = [
    path("campaigns/<int:pk>/figures/", api.CampaignFigures.as_view(), name="api-campaign-figures"),
    path("campaigns/<int:pk>/figures/file/", api_entering.CampaignFile.as_view(), name="api-campaign-figures-file"),
    path("channels/<int:pk>/figures/", api_entering.ChannelFigures.as_view(), name="api-channel-figures"),
    path(
        "channels/<int:pk>/account-figures/", api_entering.AccountFigures.as_view(), name="api-channel-account-figures"
    ),
    path("deliveries/<int:pk>/figures/", api_entering.DeliveryFigures.as_view(), name="api-delivery-figures"),
    path("deliveries/<int:pk>/snapshots/", api.DeliverySnapshots.as_view(), name="api-delivery-snapshots"),
]
