"""Addresses of what operators' programs read."""

from django.urls import path

from operating.views import metrics

urlpatterns = [path("metrics", metrics, name="metrics")]
