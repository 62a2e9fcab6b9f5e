"""Addresses of /api/v1/: each app brings its own list, the schema stands beside them; all others lead nowhere."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from config.api.problems import nothing_here

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
    path("", include("accounts.api_urls")),
    path("", include("library.api_urls")),
    path("", include("campaigns.api_urls")),
    path("", include("publishing.api_urls")),
    path("", include("analytics.api_urls")),
    re_path("", nothing_here, name="api-nothing"),
]
