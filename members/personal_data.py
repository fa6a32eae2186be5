"""What this part of the portal holds about a person, for that person."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from diginor.outbox.model import OutgoingMail
from members.models import Invitation, User

IDENTITY = ("email", "first_name", "last_name", "phone", "function", "language", "mail_preference")
MAILS_SHOWN = 500


def personal_data(user: User) -> dict[str, Any]:
    """Identity, functions, ways to sign in, invitations and mails received."""
    mails = OutgoingMail.objects.filter(recipient__iexact=user.email).recent()
    return {
        "identity": {
            **{name: getattr(user, name) for name in IDENTITY},
            "joined_at": user.joined_at.isoformat(),
            "last_login": user.last_login.isoformat() if user.last_login else None,
        },
        "functions": [
            {
                "organisation": row.organisation.name,
                "role": row.role,
                "started_on": row.started_on.isoformat(),
                "ended_on": row.ended_on.isoformat() if row.ended_on else None,
            }
            for row in user.memberships.select_related("organisation").order_by("started_on", "pk")
        ],
        "hub_roles": [{"hub": role.hub.name, "role": role.kind} for role in user.own_hub_roles],
        "addresses": [
            {"email": row.email, "verified": row.verified}
            for row in EmailAddress.objects.filter(user=user).order_by("email", "pk")
        ],
        "second_factors": [
            {"type": row.type, "created_at": row.created_at.isoformat()}
            for row in Authenticator.objects.filter(user=user).order_by("created_at", "pk")
        ],
        "invitations": [
            {"organisation": row.organisation.name, "created_at": row.created_at.isoformat()}
            for row in Invitation.objects.filter(email__iexact=user.email)
            .select_related("organisation")
            .order_by("created_at", "pk")
        ],
        "mails": [{"subject": mail.subject, "created_at": mail.created_at.isoformat()} for mail in mails[:MAILS_SHOWN]],
    }
