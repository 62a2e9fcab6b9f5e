"""Addresses of the dashboard."""

from django.urls import path

from analytics import views

urlpatterns = [
    path("dashboard/", views.newest, name="dashboards"),
    path("dashboard/of/", views.chosen, name="dashboard-of"),
    path("dashboard/<int:pk>/", views.campaign_dashboard, name="dashboard"),
    path("dashboard/<int:pk>/export.csv", views.export, name="dashboard-export"),
]
