"""The addresses of the places."""

from django.urls import path

from members.places import views as places

urlpatterns = [
    path("lieux/", places.places, name="places"),
    path("lieux/<slug:slug>/", places.place, name="place"),
]
