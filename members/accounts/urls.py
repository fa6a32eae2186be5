"""Sign-in, account and invitations: allauth's views at French addresses, each with its policy."""

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as application
from allauth.mfa.webauthn import views as passkey
from allauth.socialaccount import views as social
from django.urls import path, re_path, register_converter
from django.urls.converters import StringConverter
from django.views.generic import RedirectView

from diginor.web.access import access, public, signed_in
from diginor.web.private_links import private_path
from members.accounts.session_proofs import fresh_proof
from members.accounts.views import account as mine
from members.accounts.views import invitations, proconnect, second_factor, sign_in


class Base36Converter(StringConverter):
    """The number of an account as allauth writes it; the dash that follows it is not part of it."""

    regex = "[0-9A-Za-z]+"


register_converter(Base36Converter, "base36")
to_sign_in = RedirectView.as_view(pattern_name="account_login", query_string=True)
open_to_all, personal = access(public), access(signed_in)
urlpatterns = [
    path("compte/", mine.account, name="account"),
    path("compte/accueil/", sign_in.after_sign_in, name="after_sign_in"),
    path("compte/role/", sign_in.switch_role, name="switch_role"),
    path("compte/donnees/", mine.my_data, name="my_data"),
    path("compte/donnees/export/", mine.my_data_export, name="my_data_export"),
    path("compte/fermer/", mine.close_account, name="close_account"),
    private_path("compte/invitation/<uuid:code>/", invitations.invitation, name="invitation"),
    # Coming in and going out.
    path("compte/connexion/", open_to_all(sign_in.SignInView.as_view()), name="account_login"),
    path("compte/connexion/par-code/", open_to_all(to_sign_in), name="account_request_login_code"),
    path("compte/inscription/", open_to_all(to_sign_in), name="account_signup"),
    path("compte/connexion/mot-de-passe/", open_to_all(sign_in.PasswordSignInView.as_view()), name="password_sign_in"),
    path("compte/code/", open_to_all(sign_in.CodeView.as_view()), name="account_confirm_login_code"),
    path("compte/deconnexion/", open_to_all(account.logout), name="account_logout"),
    path("compte/ferme/", open_to_all(account.account_inactive), name="account_inactive"),
    re_path(r"^compte/(?P<provider_id>proconnect)/$", proconnect.leave, name="openid_connect_login"),
    re_path(r"^compte/(?P<provider_id>proconnect)/retour/$", proconnect.come_back, name="openid_connect_callback"),
    path("compte/proconnect/annule/", open_to_all(social.login_cancelled), name="socialaccount_login_cancelled"),
    path("compte/proconnect/erreur/", open_to_all(social.login_error), name="socialaccount_login_error"),
    path("compte/proconnect/inscription/", open_to_all(to_sign_in), name="socialaccount_signup"),
    path("compte/proconnect/lien/", personal(social.connections), name="socialaccount_connections"),
    # Address and password.
    path("compte/adresse/", personal(account.email), name="account_email"),
    path("compte/adresse/code/", open_to_all(account.email_verification_sent), name="account_email_verification_sent"),
    path("compte/confirmation/", personal(account.reauthenticate), name="account_reauthenticate"),
    path("compte/mot-de-passe/", personal(account.password_change), name="account_change_password"),
    path("compte/mot-de-passe/choisir/", personal(fresh_proof(account.password_set)), name="account_set_password"),
    path("compte/mot-de-passe/oublie/", open_to_all(account.password_reset), name="account_reset_password"),
    path(
        "compte/mot-de-passe/oublie/envoye/",
        open_to_all(account.password_reset_done),
        name="account_reset_password_done",
    ),
    private_path(
        "compte/mot-de-passe/nouveau/<base36:uidb36>-<str:key>/",
        open_to_all(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "compte/mot-de-passe/nouveau/",
        open_to_all(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    # Second factor.
    path("compte/double-securite/", personal(second_factor.SecondFactorView.as_view()), name="mfa_index"),
    path("compte/double-securite/code/", open_to_all(factor.authenticate), name="mfa_authenticate"),
    path("compte/double-securite/confirmation/", personal(factor.reauthenticate), name="mfa_reauthenticate"),
    path(
        "compte/double-securite/application/",
        personal(fresh_proof(second_factor.AddApplicationView.as_view())),
        name="mfa_activate_totp",
    ),
    path(
        "compte/double-securite/application/retirer/",
        personal(application.deactivate_totp),
        name="mfa_deactivate_totp",
    ),
    path(
        "compte/double-securite/secours/",
        personal(fresh_proof(recovery.view_recovery_codes)),
        name="mfa_view_recovery_codes",
    ),
    path(
        "compte/double-securite/secours/nouveaux/",
        personal(fresh_proof(recovery.generate_recovery_codes)),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "compte/double-securite/secours/fichier/",
        personal(fresh_proof(second_factor.RecoveryCodesFile.as_view())),
        name="mfa_download_recovery_codes",
    ),
    path("compte/double-securite/cles/", personal(passkey.list_webauthn), name="mfa_list_webauthn"),
    path(
        "compte/double-securite/cles/ajouter/",
        personal(fresh_proof(second_factor.AddPasskeyView.as_view())),
        name="mfa_add_webauthn",
    ),
    path("compte/double-securite/cles/connexion/", open_to_all(passkey.login_webauthn), name="mfa_login_webauthn"),
    path(
        "compte/double-securite/cles/confirmation/",
        personal(passkey.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("compte/double-securite/cles/<int:pk>/", personal(passkey.edit_webauthn), name="mfa_edit_webauthn"),
    path(
        "compte/double-securite/cles/<int:pk>/retirer/",
        personal(second_factor.RemovePasskeyView.as_view()),
        name="mfa_remove_webauthn",
    ),
]
