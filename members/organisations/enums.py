"""Closed lists of the members part: English codes, French labels."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OrganisationKind(TextChoices):
    COMPANY = "company", _("entreprise")
    PUBLIC_BODY = "public_body", _("organisme public")
    PROJECT_HOLDER = "project_holder", _("porteur de projet")
    POLE = "pole", _("pôle de compétitivité")
    CLUSTER = "cluster", _("cluster")
    ASSOCIATION = "association", _("association")
    LABEL = "label", _("label")
    CCI = "cci", _("chambre de commerce et d’industrie")
    CMA = "cma", _("chambre de métiers et de l’artisanat")
    LABORATORY = "laboratory", _("laboratoire")
    LIVING_LAB = "living_lab", _("living lab")
    UNIVERSITY = "university", _("université")
    AGENCY = "agency", _("agence de développement")
    REGION = "region", _("Région")
    STATE = "state", _("service de l’État")
    LARGE_GROUP = "large_group", _("grand groupe")


class SizeCategory(TextChoices):
    """Staff of a company, in the classes of the European questionnaire."""

    MICRO = "1-9", _("1 à 9 personnes")
    SMALL = "10-49", _("10 à 49 personnes")
    MEDIUM = "50-249", _("50 à 249 personnes")
    LARGE = "250+", _("250 personnes et plus")


class LegalForm(TextChoices):
    """Legal forms, by the families of the national nomenclature that criteria speak of."""

    SOLE_TRADER = "sole_trader", _("entreprise individuelle")
    MICRO_ENTREPRENEUR = "micro_entrepreneur", _("micro-entreprise")
    SARL = "sarl", _("SARL ou EURL")
    SAS = "sas", _("SAS ou SASU")
    SA = "sa", _("SA")
    COOPERATIVE = "cooperative", _("coopérative")
    ASSOCIATION = "association", _("association")
    PUBLIC = "public", _("personne publique")
    OTHER = "other", _("autre forme")


class Sector(TextChoices):
    """Sectors of the European report."""

    AERONAUTICS = "aeronautics", _("aéronautique et spatial")
    AGRICULTURE = "agriculture", _("agriculture et alimentation")
    COMMUNITY = "community", _("services sociaux et aux personnes")
    CONSTRUCTION = "construction", _("construction")
    CONSUMER_GOODS = "consumer_goods", _("biens de consommation")
    CULTURE = "culture", _("culture et création")
    DEFENCE = "defence", _("défense et sécurité")
    EDUCATION = "education", _("éducation")
    ENERGY = "energy", _("énergie et réseaux")
    ENVIRONMENT = "environment", _("environnement")
    FINANCE = "finance", _("services financiers")
    HEALTH = "health", _("santé et sciences de la vie")
    MANUFACTURING = "manufacturing", _("industrie manufacturière")
    MARITIME = "maritime", _("mer et pêche")
    MINING = "mining", _("mines et carrières")
    MOBILITY = "mobility", _("mobilités et automobile")
    PUBLIC = "public", _("administration publique")
    REAL_ESTATE = "real_estate", _("immobilier, location, services aux entreprises")
    PROFESSIONAL = "professional", _("activités scientifiques et techniques")
    DIGITAL = "digital", _("télécoms, information, communication")
    TOURISM = "tourism", _("tourisme et restauration")
    TRADE = "trade", _("commerce")
    LEGAL = "legal", _("droit")
    REGULATION = "regulation", _("régulation")
    OTHER = "other", _("autre secteur")


class Technology(TextChoices):
    """Technologies of the European report, and what an organisation knows best."""

    ADDITIVE = "additive", _("fabrication additive")
    AI = "ai", _("intelligence artificielle et aide à la décision")
    BI = "bi", _("outils de pilotage par les données")
    BIG_DATA = "big_data", _("grands volumes de données")
    BLOCKCHAIN = "blockchain", _("chaînes de blocs et registres distribués")
    CHEMICAL = "chemical", _("génie chimique")
    CLOUD = "cloud", _("services en nuage")
    NETWORK = "network", _("réseaux de communication")
    CYBER_PHYSICAL = "cyber_physical", _("systèmes cyberphysiques")
    CYBERSECURITY = "cybersecurity", _("cybersécurité")
    DIGITAL_TWINS = "digital_twins", _("jumeaux numériques")
    DISPLAYS = "displays", _("affichage")
    GAMIFICATION = "gamification", _("ludification")
    HPC = "hpc", _("calcul à haute performance")
    HCI = "hci", _("interfaces entre personnes et machines")
    BIOTECHNOLOGY = "biotechnology", _("biotechnologies industrielles")
    IOT = "iot", _("internet des objets")
    INTERNET = "internet", _("services et applications en ligne")
    LASER = "laser", _("fabrication par laser")
    LOCATION = "location", _("géolocalisation")
    LOGISTICS = "logistics", _("logistique")
    MICROELECTRONICS = "microelectronics", _("micro et nanoélectronique, optoélectronique")
    MOBILITY = "mobility", _("mobilités")
    MEDIA = "media", _("technologies de l’audiovisuel et des médias")
    ORGANIC = "organic", _("électronique organique et grande surface")
    PHOTONICS = "photonics", _("photonique")
    QUANTUM = "quantum", _("technologies quantiques")
    ROBOTICS = "robotics", _("robotique")
    SEMICONDUCTORS = "semiconductors", _("semi-conducteurs et nanotechnologies")
    SENSORS = "sensors", _("capteurs et vision")
    SIMULATION = "simulation", _("simulation et modélisation")
    SOFTWARE = "software", _("architectures logicielles")
    VR = "vr", _("réalité virtuelle")
    OTHER = "other", _("autre technologie")
