"""The public addresses: home, catalogue, filing, tracking, my requests, private files."""

from django.urls import path, register_converter

from diginor.private_links import private_path
from services.enums import FAMILY_SLUGS
from services.views import attachments, catalogue, filing, home, my_requests, tracking


class FamilyConverter:
    """A family by its French name in the address and by its code everywhere else."""

    regex = "|".join(FAMILY_SLUGS.values())
    codes = {slug: str(code) for code, slug in FAMILY_SLUGS.items()}

    def to_python(self, value: str) -> str:
        """The code of the family."""
        return self.codes[value]

    def to_url(self, value: str) -> str:
        """The name of the family in an address."""
        return next((slug for code, slug in FAMILY_SLUGS.items() if str(code) == value), value)


register_converter(FamilyConverter, "family")

urlpatterns = [
    path("", home.home, name="home"),
    path("services/", catalogue.services, name="services"),
    path("services/suggestions/", catalogue.topic_suggest, name="topic_suggest"),
    path("services/<family:family>/", catalogue.family, name="family"),
    path("services/<family:family>/<slug:slug>/", catalogue.topic, name="topic"),
    path("demande/", filing.filing_start, name="filing_start"),
    path("demande/besoin/", filing.filing_need, name="filing_need"),
    path("demande/entreprise/", filing.filing_company, name="filing_company"),
    path("demande/communes/", filing.commune_suggest, name="commune_suggest"),
    path("demande/contact/", filing.filing_contact, name="filing_contact"),
    path("demande/envoyee/", filing.filing_done, name="filing_done"),
    path("demande/plus-tard/", filing.filing_save, name="filing_save"),
    private_path("demande/reprendre/<str:token>/", filing.filing_resume, name="filing_resume"),
    private_path("suivi/<str:token>/", tracking.tracking, name="tracking"),
    private_path("suivi/<str:token>/repondre/", tracking.tracking_reply, name="tracking_reply"),
    private_path("suivi/<str:token>/retirer/", tracking.tracking_withdraw, name="tracking_withdraw"),
    private_path("suivi/<str:token>/avis/", tracking.tracking_satisfaction, name="tracking_satisfaction"),
    private_path("suivi/<str:token>/nouveau-lien/", tracking.tracking_renew, name="tracking_renew"),
    private_path("suivi/<str:token>/fichier/<uuid:uid>/", attachments.tracking_attachment, name="tracking_attachment"),
    path("mes-demandes/", my_requests.my_requests, name="my_requests"),
    path("mes-demandes/<str:code>/", my_requests.my_request, name="my_request"),
    private_path("pieces-jointes/<uuid:uid>/", attachments.attachment, name="attachment"),
]
