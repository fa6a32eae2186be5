"""The addresses of the advisers' space: inbox, referrals, team, the end of digests."""

from django.urls import path

from diginor.web.private_links import private_path
from services.inbox.views import digests, inbox, referral, team

urlpatterns = [
    path("espace/", inbox.inbox, name="inbox"),
    path("espace/demandes/<str:code>/", referral.referral, name="referral"),
    path("espace/demandes/<str:code>/accepter/", referral.referral_accept, name="referral_accept"),
    path("espace/demandes/<str:code>/decliner/", referral.referral_decline, name="referral_decline"),
    path("espace/demandes/<str:code>/transmettre/", referral.referral_transfer, name="referral_transfer"),
    path("espace/demandes/<str:code>/terminer/", referral.referral_close, name="referral_close"),
    path("espace/demandes/<str:code>/echange/", referral.referral_call, name="referral_call"),
    path("espace/demandes/<str:code>/fait/", referral.referral_keep, name="referral_keep"),
    path("espace/demandes/<str:code>/ecrire/", referral.referral_write, name="referral_write"),
    path("espace/equipe/", team.team, name="team"),
    path("espace/equipe/absence/", team.team_absence, name="team_absence"),
    path("espace/equipe/absence/<str:code>/fin/", team.team_absence_end, name="team_absence_end"),
    path("espace/equipe/capacite/", team.team_capacity, name="team_capacity"),
    path("espace/equipe/inviter/", team.team_invite, name="team_invite"),
    private_path("espace/equipe/invitation/<uuid:code>/annuler/", team.team_uninvite, name="team_uninvite"),
    path("espace/equipe/personne/<str:code>/", team.team_person, name="team_person"),
    path("espace/equipe/personne/<str:code>/role/", team.team_role, name="team_role"),
    path("espace/equipe/personne/<str:code>/depart/", team.team_remove, name="team_remove"),
    private_path("resume-du-jour/arret/<str:token>/", digests.digest_stop, name="digest_stop"),
]
