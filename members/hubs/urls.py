"""The addresses of the front family_cards of hubs."""

from django.urls import path

from members.hubs import views as hubs

urlpatterns = [
    path("guichets/", hubs.hubs, name="hubs"),
    path("guichets/<slug:slug>/", hubs.hub, name="hub"),
]
