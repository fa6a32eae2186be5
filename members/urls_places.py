"""The addresses of the places."""

from django.urls import path

from members.views import places

urlpatterns = [
    path("lieux/", places.places, name="places"),
    path("lieux/<slug:slug>/", places.place, name="place"),
]
