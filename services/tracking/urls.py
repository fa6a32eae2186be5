"""The addresses of the company: its tracking page, its requests, private files."""

from django.urls import path

from diginor.web.private_links import private_path
from services.tracking.views import attachments, my_requests, tracking

urlpatterns = [
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
