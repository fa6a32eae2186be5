"""The addresses of the networks."""

from django.urls import path

from members.views import networks

urlpatterns = [
    path("reseaux/", networks.networks, name="networks"),
    path("reseaux/campagnes/<slug:slug>/", networks.accreditation_round, name="accreditation_round"),
    path("reseaux/<slug:slug>/", networks.network, name="network"),
]
