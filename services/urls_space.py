
from django.urls import path

from services.views import inbox, referral

urlpatterns = [
    path("espace/", inbox.inbox, name="inbox"),
    path("espace/demandes/<str:code>/", referral.referral, name="referral"),
    path("espace/demandes/<str:code>/accepter/", referral.referral_accept, name="referral_accept"),
    path("espace/demandes/<str:code>/decliner/", referral.referral_decline, name="referral_decline"),
    path("espace/demandes/<str:code>/transmettre/", referral.referral_transfer, name="referral_transfer"),
    path("espace/demandes/<str:code>/terminer/", referral.referral_close, name="referral_close"),
    path("espace/demandes/<str:code>/echange/", referral.referral_call, name="referral_call"),
    path("espace/demandes/<str:code>/ecrire/", referral.referral_write, name="referral_write"),
]
