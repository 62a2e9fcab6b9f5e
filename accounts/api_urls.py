"""Addresses of /api/v1/ that are about people."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from accounts import api, api_audit

router = SimpleRouter()
router.register("members", api.Members, basename="api-member")
router.register("role-grants", api.RoleGrants, basename="api-role-grant")
router.register("invitations", api.Invitations, basename="api-invitation")
router.register("tokens", api.Tokens, basename="api-token")
router.register("audit", api_audit.Audit, basename="api-audit")
router.register("notices", api.Notices, basename="api-notice")

urlpatterns = [path("me/", api.Me.as_view(), name="api-me"), path("", include(router.urls))]
