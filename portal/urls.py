"""Addresses that anybody may open."""

from django.urls import path

from portal import views

urlpatterns = [
    path("ledger/", views.ledgers, name="ledgers"),
    path("ledger/<slug:slug>/", views.the_ledger, name="ledger"),
    path("ledger/<slug:slug>/posts.csv", views.posts_csv, name="ledger-posts"),
    path("ledger/<slug:slug>/accounts.csv", views.accounts_csv, name="ledger-accounts"),
    path("ledger/<slug:slug>/ledger.json", views.everything_json, name="ledger-json"),
    path("ledger/<slug:slug>/feed.atom", views.feed, name="ledger-feed"),
    path("seals/", views.seals, name="seals"),
    path("seals/seals.json", views.seals_json, name="seals-json"),
    path("seals/<str:day>.csv", views.day_csv, name="seals-day"),
]
