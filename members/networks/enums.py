"""Closed lists of the members part: English codes, French labels."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class NetworkKind(TextChoices):
    """What gathers the members of a network."""

    POLE = "pole", _("pôle de compétitivité")
    CLUSTER = "cluster", _("cluster")
    ASSOCIATION = "association", _("association")
    CHAMBERS = "chambers", _("réseau de chambres")
    LABEL = "label", _("label")


class AccreditationState(TextChoices):
    """How far an accreditation is."""

    APPLIED = "applied", _("dossier déposé")
    GRANTED = "granted", _("accordée")
    CONDITIONAL = "conditional", _("accordée sous condition")
    EXTENDED = "extended", _("prolongée")
    REFUSED = "refused", _("refusée")
    ENDED = "ended", _("terminée")


class PartnershipKind(TextChoices):
    THEMATIC = "thematic", _("partenariat thématique")
    TERRITORIAL = "territorial", _("partenariat territorial")
