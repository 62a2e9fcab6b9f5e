"""Addresses of the dashboard."""

from django.urls import path

from analytics import entering_views, views

urlpatterns = [
    path("deliveries/<int:pk>/figures/", entering_views.figures, name="delivery-figures"),
    path("channels/<int:pk>/figures/", entering_views.figures_file, name="channel-figures"),
    path("channels/<int:pk>/account-figures/", entering_views.account_figures, name="channel-account-figures"),
    path("dashboard/", views.newest, name="dashboards"),
    path("dashboard/of/", views.chosen, name="dashboard-of"),
    path("dashboard/<int:pk>/", views.campaign_dashboard, name="dashboard"),
    path("dashboard/<int:pk>/export.csv", views.export, name="dashboard-export"),
]
