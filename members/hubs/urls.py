"""The addresses of the front doors of hubs."""

from django.urls import path

from members.hubs import views as hubs

urlpatterns = [
    path("guichets/", hubs.hubs, name="hubs"),
    path("guichets/<slug:slug>/", hubs.hub, name="hub"),
]
