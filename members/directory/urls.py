"""The addresses of the directory: organisations, what is proposed for them, and networks."""

from django.urls import path

from members.directory.views import directory, files, networks, proposals
from members.directory.views import map as directory_map

urlpatterns = [
    # Before those with the name of an organisation.
    path("annuaire/inscrire/", proposals.organisation_register, name="organisation_register"),
    path("espace/fiche/", proposals.organisation_edit, name="organisation_edit"),
    path("espace/fiche/<str:code>/retirer/", proposals.proposal_withdraw, name="proposal_withdraw"),
    path("annuaire/", directory.directory, name="directory"),
    path("annuaire/carte/", directory_map.directory_map, name="directory_map"),
    path("annuaire/<slug:slug>/", directory.organisation, name="organisation"),
    path("annuaire/<slug:slug>/carte.vcf", files.organisation_vcard, name="organisation_vcard"),
    path("annuaire/<slug:slug>/logo/", files.organisation_logo, name="organisation_logo"),
    path("reseaux/", networks.networks, name="networks"),
    path("reseaux/campagnes/<slug:slug>/", networks.accreditation_round, name="accreditation_round"),
    path("reseaux/<slug:slug>/", networks.network, name="network"),
]
