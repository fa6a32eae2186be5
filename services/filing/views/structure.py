"""Filing from the sheet of an organisation: its topics are offered first."""

from typing import Any

from django.http import HttpRequest

from members.organisations.models import Organisation
from services.catalogue.models import Topic


def asked_of(request: HttpRequest) -> dict[str, Any]:
    """The organisation whose sheet led here, and what it helps with; nothing when no sheet did."""
    row = Organisation.listed.all().in_use(request.GET.get("structure", "")[:220])
    return {"structure": row, "structure_topics": list(Topic.objects.offered_by(row))} if row else {"structure": None}
