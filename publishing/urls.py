"""Addresses of publishing's pages."""

from django.urls import path

from publishing.health import healthz, readyz
from publishing.views import channels, deliveries, freezing, releasing

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("deliveries/", deliveries.deliveries, name="deliveries"),
    path("deliveries/<int:pk>/", deliveries.delivery, name="delivery"),
    path("deliveries/<int:pk>/move/", deliveries.move, name="delivery-move"),
    path("deliveries/<int:pk>/now/", deliveries.send_now, name="delivery-now"),
    path("deliveries/<int:pk>/hold/", deliveries.hold, name="delivery-hold"),
    path("deliveries/<int:pk>/cancel/", deliveries.cancel, name="delivery-cancel"),
    path("deliveries/<int:pk>/live/", deliveries.confirm_live, name="delivery-live"),
    path("deliveries/<int:pk>/again/", deliveries.send_again, name="delivery-again"),
    path("deliveries/<int:pk>/down/", deliveries.take_down, name="delivery-down"),
    path("deliveries/<int:pk>/aside/", deliveries.put_aside, name="delivery-aside"),
    path("release/<int:pk>/", releasing.release, name="release"),
    path("freeze/", freezing.freeze, name="freeze"),
    path("freeze/<int:pk>/", freezing.frozen, name="frozen"),
    path("freeze/<int:pk>/agree/", freezing.agree, name="agree-to-resume"),
    path("channels/", channels.channels, name="channels"),
    path("channels/connect/", channels.connect, name="channel-connect"),
    path("channels/<int:pk>/disconnect/", channels.disconnect, name="channel-disconnect"),
    path("channels/<int:pk>/check/", channels.check, name="channel-check"),
]
