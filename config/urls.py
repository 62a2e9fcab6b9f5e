"""Addresses of the product."""

from django.urls import include, path

urlpatterns = [
    path("account/", include("allauth.urls")),
    path("api/v1/", include("config.api.urls")),
    path("", include("accounts.urls")),
    path("", include("chain.urls")),
    path("", include("campaigns.urls")),
    path("", include("publishing.urls")),
    path("", include("analytics.urls")),
    path("", include("portal.urls")),
    path("", include("operating.urls")),
]

handler500 = "config.api.problems.server_error"
