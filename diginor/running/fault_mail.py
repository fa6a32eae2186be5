"""The mail that tells the administrators of the installation of a fault."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.mail import get_connection
from django.db import DatabaseError, connection, transaction

from diginor.outbox.delivery import send
from diginor.outbox.models import OutgoingMail
from diginor.outbox.posting import Mail, Recipient, post, written
from diginor.running.alerts import MOST_AN_HOUR, Fault

RELAY_SECONDS = 10


class FaultAlert(Mail):
    """A fault of ours, to the administrators of the installation."""

    template = "mail/fault_alert"
    is_urgent = True

    def __init__(self, fault: Fault) -> None:
        self.fault = fault

    def recipients(self) -> Iterable[Recipient]:
        """Everybody that the setting names."""
        return [Recipient(email) for _name, email in settings.ADMINS]

    def context(self) -> dict[str, Any]:
        """What failed and where."""
        return {"fault": self.fault}

    def key(self) -> str:
        """The same fault once an hour, whichever process met it."""
        return f"{self.fault.hour}:{':'.join(self.fault.mark)[:150]}"


def tell(fault: Fault) -> None:
    """Post an alert, or send it at once when the database is what fails."""
    alert = FaultAlert(fault)
    try:
        _post(alert)
    except DatabaseError:
        for recipient in alert.recipients():
            send(written(alert, recipient), get_connection(timeout=RELAY_SECONDS))
    finally:
        connection.close()


@transaction.atomic
def _post(alert: FaultAlert) -> None:
    """All processes together tell no more in an hour than one may."""
    told = OutgoingMail.objects.of_cause(f"{FaultAlert.__name__}:{alert.fault.hour}:").count()
    if told < MOST_AN_HOUR * len(settings.ADMINS):
        post(alert)
