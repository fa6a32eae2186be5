"""The addresses of the filing."""

from django.urls import path

from diginor.web.private_links import private_path
from services.filing.views import steps as filing

urlpatterns = [
    path("demande/", filing.filing_start, name="filing_start"),
    path("demande/besoin/", filing.filing_need, name="filing_need"),
    path("demande/entreprise/", filing.filing_company, name="filing_company"),
    path("demande/communes/", filing.commune_suggest, name="commune_suggest"),
    path("demande/contact/", filing.filing_contact, name="filing_contact"),
    path("demande/envoyee/", filing.filing_done, name="filing_done"),
    path("demande/plus-tard/", filing.filing_save, name="filing_save"),
    private_path("demande/reprendre/<str:token>/", filing.filing_resume, name="filing_resume"),
]
