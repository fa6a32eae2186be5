"""The addresses where sheets of the directory are changed and proposed."""

from django.urls import path

from members.views import sheets

urlpatterns = [
    path("annuaire/inscrire/", sheets.sheet_list, name="sheet_list"),
    path("espace/fiche/", sheets.sheet_edit, name="sheet_edit"),
    path("espace/fiche/<str:code>/retirer/", sheets.sheet_withdraw, name="sheet_withdraw"),
]
