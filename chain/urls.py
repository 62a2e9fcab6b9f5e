"""Addresses of the audit trail's page."""

from django.urls import path

from chain import views

urlpatterns = [path("audit/", views.audit, name="audit")]
