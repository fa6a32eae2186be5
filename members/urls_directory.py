"""The addresses of the directory."""

from django.urls import path

from members.views import directory, directory_files, directory_map

urlpatterns = [
    path("annuaire/", directory.directory, name="directory"),
    path("annuaire/carte/", directory_map.directory_map, name="directory_map"),
    path("annuaire/<slug:slug>/", directory.organisation, name="organisation"),
    path("annuaire/<slug:slug>/carte.vcf", directory_files.organisation_vcard, name="organisation_vcard"),
    path("annuaire/<slug:slug>/logo/", directory_files.organisation_logo, name="organisation_logo"),
]
