"""The addresses of the directory."""

from django.urls import path

from members.views import directory

urlpatterns = [
    path("annuaire/", directory.directory, name="directory"),
    path("annuaire/<slug:slug>/", directory.organisation, name="organisation"),
]
