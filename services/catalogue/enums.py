"""Closed lists of the services part: English codes, French labels."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Family(TextChoices):
    """The four families of help."""

    DEMONSTRATION = "demonstration", _("Démonstration")
    FUNDING = "funding", _("Recherche de financement")
    TRAINING = "training", _("Formation et montée en compétences")
    NETWORKING = "networking", _("Mise en réseau")


# What a company asks for from the page of a place.
HOSTING_TOPIC = "accueil-en-residence"

FAMILY_SLUGS = {
    Family.DEMONSTRATION: "demonstration",
    Family.FUNDING: "financement",
    Family.TRAINING: "formation",
    Family.NETWORKING: "mise-en-reseau",
}
FAMILY_PROMISES = {
    Family.DEMONSTRATION: _("Essayer une technologie avant d’investir, avec les personnes qui la connaissent."),
    Family.FUNDING: _("Savoir quelles aides existent pour votre projet, et monter le dossier."),
    Family.TRAINING: _("Faire monter vos équipes en compétences, au rythme de l’entreprise."),
    Family.NETWORKING: _("Rencontrer un partenaire, un client, un laboratoire, ici ou en Europe."),
}


class Level(TextChoices):
    """How far networking reaches."""

    REGIONAL = "regional", _("régional")
    NATIONAL = "national", _("national")
    EUROPEAN = "european", _("européen")
    INTERNATIONAL = "international", _("international")


class QuestionKind(TextChoices):
    """How a question of a topic is answered."""

    TEXT = "text", _("texte")
    NUMBER = "number", _("nombre")
    YES_NO = "yes_no", _("oui ou non")
    CHOICE = "choice", _("choix")
