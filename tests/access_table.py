"""The table of access: the status that each address answers to each role, for reading and for acting.

A line is: what the eight roles get, then the names of the addresses (without an argument, or about something of the
first side of the world). `name~other` is the same about something of the other side. 302 leads the visitor to the
sign-in page, and a visit of the address of a step to its page; what one may not see is 404, what one may not do 403.
"""

from tests.world import ROLES

# visitor company adviser manager staff head officer administrator
READING = """
200 200 200 200 200 200 200 200 : directory directory_map organisation organisation_vcard
404 404 404 404 404 404 404 404 : organisation_logo
200 200 200 200 200 200 200 200 : home services family topic topic_suggest filing_start filing_need commune_suggest
200 200 200 200 200 200 200 200 : tracking tracking_attachment tracking_withdraw digest_stop key_figures health
200 200 200 200 200 200 200 200 : accessibility ecodesign legal privacy hubs hub
200 200 200 200 200 200 200 200 : places place
200 200 200 200 200 200 200 200 : networks network accreditation_round
200 200 200 200 200 200 200 200 : demonstration demonstration_mails demonstration_mail
200 200 200 200 200 200 200 200 : account_inactive account_reset_password account_reset_password_done
200 200 200 200 200 200 200 200 : account_reset_password_from_key account_reset_password_from_key_done
200 200 200 200 200 200 200 200 : socialaccount_login_cancelled
401 401 401 401 401 401 401 401 : socialaccount_login_error
404 404 404 404 404 404 404 404 : openid_connect_login openid_connect_callback
302 302 302 302 302 302 302 302 : filing_company filing_contact filing_done filing_resume filing_save
302 302 302 302 302 302 302 302 : account_request_login_code account_signup account_confirm_login_code
302 302 302 302 302 302 302 302 : account_email_verification_sent socialaccount_signup
302 302 302 302 302 302 302 302 : mfa_authenticate mfa_login_webauthn after_sign_in account_change_password
302 302 302 302 302 302 302 302 : tracking_renew tracking_reply tracking_satisfaction
200 302 302 302 302 302 302 302 : account_login password_sign_in
200 403 403 403 403 403 403 403 : invitation

302 200 200 200 200 200 200 200 : account account_email account_logout account_set_password close_account my_requests
302 200 200 200 200 200 200 200 : my_data my_data_export mfa_index mfa_activate_totp mfa_add_webauthn
302 200 200 200 200 200 200 200 : mfa_generate_recovery_codes mfa_list_webauthn socialaccount_connections
302 404 404 404 404 404 404 404 : mfa_deactivate_totp mfa_view_recovery_codes mfa_download_recovery_codes
302 404 404 404 404 404 404 404 : mfa_edit_webauthn mfa_remove_webauthn
302 403 403 403 403 403 403 403 : account_reauthenticate mfa_reauthenticate mfa_reauthenticate_webauthn
302 302 302 302 302 302 302 302 : switch_role

302 200 404 404 404 404 404 404 : my_request
302 404 404 404 404 404 404 404 : my_request~other
302 200 200 200 200 200 404 200 : attachment
302 404 404 404 404 404 404 200 : attachment~other

302 403 200 200 403 403 403 403 : inbox referral
302 403 404 404 403 403 403 403 : referral~other
302 403 403 200 403 403 403 403 : team team_person
302 403 403 404 403 403 403 403 : team_person~other
302 302 302 302 302 302 302 302 : referral_accept referral_decline referral_transfer referral_close referral_call
302 302 302 302 302 302 302 302 : referral_keep referral_write team_absence team_absence_end team_capacity team_invite
302 302 302 302 302 302 302 302 : team_uninvite team_role team_remove
302 403 403 200 403 403 403 403 : organisation_edit
302 200 200 200 200 200 200 200 : organisation_register
302 302 302 302 302 302 302 302 : proposal_withdraw
302 403 403 403 200 200 403 200 : admin:proposal_review
302 403 403 403 404 404 403 200 : admin:proposal_review~other
302 302 302 302 302 302 302 302 : admin:proposal_accept admin:proposal_refuse

302 403 403 403 200 200 200 200 : steering steering_csv steering_requests steering_request
302 403 403 403 404 404 404 200 : steering_request~other
302 403 403 403 200 200 200 200 : coverage coverage_csv coverage_topic coverage_cell
302 403 403 403 404 404 404 200 : coverage_cell~other
302 403 403 403 200 200 403 200 : coverage_findings

302 403 403 403 200 200 403 200 : admin:triage admin:triage_request
302 403 403 403 404 404 403 200 : admin:triage_request~other
302 403 403 403 403 200 403 200 : admin:erase_person
302 403 403 403 200 200 403 200 : admin:succession
302 403 403 403 404 404 403 200 : admin:succession~other
302 302 302 302 302 302 302 302 : admin:succession_apply admin:succession_undo
302 302 302 302 302 302 302 302 : admin:triage_route admin:triage_requalify admin:triage_merge admin:triage_ask
302 302 302 302 302 302 302 302 : admin:triage_reject admin:triage_hand_over admin:triage_trust
302 302 302 302 302 302 302 302 : admin:triage_take_back admin:triage_reply admin:triage_note
302 403 403 403 200 200 403 200 : admin:index admin:app_list admin:jsi18n admin:password_change_done
302 403 403 403 200 200 403 200 : admin:members_organisation_import admin:members_membership_import
302 403 403 403 200 200 403 200 : admin:services_offer_import
302 403 403 403 200 200 403 200 : admin:members_organisation_export admin:members_membership_export
302 403 403 403 200 200 403 200 : admin:services_offer_export
302 403 403 403 302 302 403 302 : admin:login admin:password_change
302 302 302 302 302 302 302 302 : admin:logout
302 403 403 403 403 403 403 403 : admin:autocomplete
"""

# What is not named here accepts no act: 405, or what it answers to reading.
ACTING = """
200 200 200 200 200 200 200 200 : filing_need account_reset_password account_reset_password_from_key digest_stop
200 200 200 200 200 200 200 200 : tracking_renew
302 302 302 302 302 302 302 302 : tracking_reply tracking_satisfaction tracking_withdraw filing_start
302 302 302 302 302 302 302 302 : filing_company filing_contact filing_save
302 302 302 302 302 302 302 302 : account_request_login_code account_signup account_confirm_login_code
302 302 302 302 302 302 302 302 : account_email_verification_sent socialaccount_signup
302 302 302 302 302 302 302 302 : mfa_authenticate mfa_login_webauthn after_sign_in account_change_password
302 302 302 302 302 302 302 302 : account_logout switch_role account_email
404 404 404 404 404 404 404 404 : openid_connect_login openid_connect_callback
200 302 302 302 302 302 302 302 : account_login password_sign_in
302 403 403 403 403 403 403 403 : invitation

302 302 302 302 302 302 302 302 : close_account
302 200 200 200 200 200 200 200 : account account_set_password mfa_activate_totp mfa_add_webauthn
302 200 200 200 200 200 200 200 : mfa_generate_recovery_codes socialaccount_connections
302 404 404 404 404 404 404 404 : mfa_deactivate_totp mfa_download_recovery_codes mfa_edit_webauthn
302 404 404 404 404 404 404 404 : mfa_remove_webauthn
302 403 403 403 403 403 403 403 : account_reauthenticate mfa_reauthenticate mfa_reauthenticate_webauthn

302 403 302 302 403 403 403 403 : referral_accept referral_decline referral_transfer referral_close referral_call
302 403 302 302 403 403 403 403 : referral_keep referral_write
302 403 404 404 403 403 403 403 : referral_accept~other referral_decline~other referral_transfer~other
302 403 404 404 403 403 403 403 : referral_close~other referral_call~other referral_keep~other referral_write~other
302 403 403 302 403 403 403 403 : team_absence team_absence_end team_capacity team_invite team_uninvite team_role
302 403 403 302 403 403 403 403 : team_remove
302 403 403 404 403 403 403 403 : team_absence_end~other team_uninvite~other team_role~other team_remove~other
302 403 403 422 403 403 403 403 : organisation_edit
302 422 422 422 422 422 422 422 : organisation_register
302 404 404 302 404 404 404 404 : proposal_withdraw
302 404 404 404 404 404 404 404 : proposal_withdraw~other
302 403 403 403 302 302 403 302 : admin:proposal_accept admin:proposal_refuse
302 403 403 403 404 404 403 302 : admin:proposal_accept~other admin:proposal_refuse~other
302 403 403 422 403 403 403 403 : team_person
302 403 403 404 403 403 403 403 : team_person~other
302 403 200 200 403 403 403 403 : referral
302 403 404 404 403 403 403 403 : referral~other

302 403 403 403 302 302 403 302 : admin:triage_route admin:triage_requalify admin:triage_merge admin:triage_ask
302 403 403 403 302 302 403 302 : admin:triage_reject admin:triage_hand_over admin:triage_trust admin:triage_reply
302 403 403 403 302 302 403 302 : admin:triage_take_back admin:triage_note
302 403 403 403 403 302 403 302 : admin:erase_person
302 403 403 403 302 302 403 302 : admin:succession_apply admin:succession_undo
302 403 403 403 404 404 403 302 : admin:succession_apply~other admin:succession_undo~other
302 403 403 403 404 404 403 302 : admin:triage_route~other admin:triage_requalify~other admin:triage_merge~other
302 403 403 403 404 404 403 302 : admin:triage_ask~other admin:triage_reject~other admin:triage_hand_over~other
302 403 403 403 404 404 403 302 : admin:triage_trust~other admin:triage_reply~other admin:triage_note~other
302 403 403 403 404 404 403 302 : admin:triage_take_back~other
302 403 403 403 422 422 403 422 : admin:members_organisation_import admin:members_membership_import
302 403 403 403 422 422 403 422 : admin:services_offer_import
302 403 403 403 200 200 403 200 : admin:members_organisation_export admin:members_membership_export
302 403 403 403 200 200 403 200 : admin:services_offer_export
302 403 403 403 302 302 403 302 : admin:login admin:password_change
302 302 302 302 302 302 302 302 : admin:logout
302 403 403 403 200 200 403 200 : admin:index admin:app_list
"""

# What the desk and administrators may do in the lists of the administration: view, add, change, delete.
LISTS = {
    "diginor.outgoingmail": ("", "v"),
    "diginor.setback": ("", "v"),
    "services.followup": ("", "v"),
    "members.organisation": ("vac", "vac"),
    "members.hub": ("vc", "vacd"),
    "members.hubrole": ("v", "vacd"),
    "members.absence": ("vad", "vad"),
    "members.user": ("v", "vac"),
    "members.membership": ("v", "v"),
    "members.invitation": ("va", "va"),
    "members.sheetproposal": ("v", "v"),
    "members.erasure": ("v", "v"),
    "members.network": ("vac", "vacd"),
    "members.affiliation": ("vacd", "vacd"),
    "members.accreditationround": ("vac", "vacd"),
    "members.accreditation": ("vacd", "vacd"),
    "members.partnership": ("vacd", "vacd"),
    "members.office": ("vacd", "vacd"),
    "members.keyfigure": ("vacd", "vacd"),
    "members.place": ("vac", "vacd"),
    "members.succession": ("vac", "vacd"),
    "members.territory": ("v", "v"),
    "members.drawnterritory": ("vac", "vacd"),
    "services.topic": ("v", "vacd"),
    "services.offer": ("vacd", "vacd"),
    "services.delayset": ("vacd", "vacd"),
    "services.workshop": ("vacd", "vacd"),
    "services.servicerequest": ("v", "v"),
    "services.referral": ("v", "v"),
    "services.satisfaction": ("v", "v"),
}

# What each end of a referral leaves to its organisation: the page, then what is read of the request, on the page, in
# the lists, by the address of a file, in exports. 1 read, 0 not; what is dated after the end is for the living only.
ENDS = """
         sent accepted declined expired taken withdrawn closed successor erased transferred
page      200      200      200     200   200       200    200       200    200         404
contact     1        1        0       0     0         0      1         1      0           0
need        1        1        0       0     0         0      1         1      0           0
filed       1        1        0       0     0         0      1         1      0           0
theirs      1        1        0       0     0         0      1         1      0           0
internal    1        1        0       0     0         0      1         1      0           0
others      1        1        0       0     0         0      1         1      0           0
word        1        1        1       1     1         1      1         1      0           0
own         1        1        1       1     1         1      1         1      0           0
later       1        1        0       0     0         0      0         0      0           0
"""


def read(table: str) -> dict[str, dict[str, int]]:
    """The statuses by address and role."""
    statuses: dict[str, dict[str, int]] = {}
    for line in filter(str.strip, table.splitlines()):
        codes, _colon, names = line.partition(" : ")
        for name in names.split():
            assert name not in statuses, f"two lines speak of {name}"
            statuses[name] = dict(zip(ROLES, map(int, codes.split()), strict=True))
    return statuses


def read_ends() -> dict[str, dict[str, int]]:
    """By end, what is expected of each thing."""
    head, *lines = (line.split() for line in filter(str.strip, ENDS.splitlines()))
    return {end: {line[0]: int(line[1 + place]) for line in lines} for place, end in enumerate(head)}
