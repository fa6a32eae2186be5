"""Closed lists of the members part: English codes, French labels."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class TerritoryKind(TextChoices):
    """What kind of piece of land a territory is, from the widest to the narrowest."""

    UNION = "union", _("Union européenne")
    COUNTRY = "country", _("Pays")
    MAINLAND = "mainland", _("France métropolitaine")
    ADHOC = "adhoc", _("Territoire de projet")
    REGION = "region", _("Région")
    DEPARTMENT = "department", _("Département")
    EPCI = "epci", _("Intercommunalité")
    COMMUNE = "commune", _("Commune")
    DELEGATED = "delegated", _("Commune déléguée ou associée")
    DISTRICT = "district", _("Arrondissement municipal")


class OrganisationKind(TextChoices):
    """What an organisation is."""

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


class NetworkKind(TextChoices):
    """What gathers the members of a network."""

    POLE = "pole", _("pôle de compétitivité")
    CLUSTER = "cluster", _("cluster")
    ASSOCIATION = "association", _("association")
    CHAMBERS = "chambers", _("réseau de chambres")
    LABEL = "label", _("label")


class SuccessionKind(TextChoices):
    """How an organisation becomes another."""

    MERGER = "merger", _("fusion")
    CREATION_FROM = "creation_from", _("création à partir d’autres structures")
    SPLIT = "split", _("scission")
    RENAMING = "renaming", _("changement de nom")


class SuccessionRole(TextChoices):
    """What an organisation is in a succession."""

    PREDECESSOR = "predecessor", _("structure d’origine")
    CONTRIBUTOR = "contributor", _("structure qui contribue")
    SUCCESSOR = "successor", _("structure qui prend la suite")


class AccreditationState(TextChoices):
    """How far an accreditation is."""

    APPLIED = "applied", _("dossier déposé")
    GRANTED = "granted", _("accordée")
    CONDITIONAL = "conditional", _("accordée sous condition")
    EXTENDED = "extended", _("prolongée")
    REFUSED = "refused", _("refusée")
    ENDED = "ended", _("terminée")


class PartnershipKind(TextChoices):
    """What a partnership is about."""

    THEMATIC = "thematic", _("partenariat thématique")
    TERRITORIAL = "territorial", _("partenariat territorial")


class Qualifier(TextChoices):
    """How exactly a source gives a figure."""

    EXACT = "exact", _("exactement")
    ABOUT = "about", _("environ")
    NEARLY = "nearly", _("près de")
    MORE_THAN = "more_than", _("plus de")
    AT_LEAST = "at_least", _("au moins")


class PlaceKind(TextChoices):
    """What a place is."""

    RESIDENCE = "residence", _("résidence")
    CAMPUS = "campus", _("campus")
    THIRD_PLACE = "third_place", _("tiers-lieu")
    LIVING_LAB = "living_lab", _("living lab")
    DATA_CENTRE = "data_centre", _("centre de données")
    OTHER = "other", _("autre lieu")


class HolidayZone(TextChoices):
    """Where public holidays are more than those of all of France: subdivisions of the library `holidays`."""

    ALSACE = "6AE", _("Alsace")
    MOSELLE = "57", _("Moselle")
    GUADELOUPE = "971", _("Guadeloupe")
    MARTINIQUE = "972", _("Martinique")
    GUYANE = "973", _("Guyane")
    REUNION = "974", _("La Réunion")
    MAYOTTE = "976", _("Mayotte")
    SAINT_BARTHELEMY = "BL", _("Saint-Barthélemy")
    SAINT_MARTIN = "MF", _("Saint-Martin")
    WALLIS = "WF", _("Wallis-et-Futuna")
    POLYNESIA = "PF", _("Polynésie française")
    NEW_CALEDONIA = "NC", _("Nouvelle-Calédonie")


class Accent(TextChoices):
    """The colour of a hub, among those whose contrast is checked."""

    SEA = "sea", _("mer")
    APPLE = "apple", _("pomme")
    LEOPARD = "leopard", _("léopard")
    AMBER = "amber", _("ambre")
    INK = "ink", _("encre")


class ProposalState(TextChoices):
    """What became of a change that waits for the staff."""

    PENDING = "pending", _("à relire")
    ACCEPTED = "accepted", _("acceptée")
    REFUSED = "refused", _("refusée")
    WITHDRAWN = "withdrawn", _("retirée")


class ProposalStep(TextChoices):
    """What can be done with a change that waits."""

    ACCEPT = "accept", _("accepter")
    REFUSE = "refuse", _("refuser")
    WITHDRAW = "withdraw", _("retirer")


class MembershipRole(TextChoices):
    """What a person does in an organisation."""

    ADVISER = "adviser", _("conseil")
    MANAGER = "manager", _("responsable d’équipe")


class HubRoleKind(TextChoices):
    """What a person does for a hub."""

    STAFF = "staff", _("équipe du guichet")
    HEAD = "head", _("responsable du guichet")
    OFFICER = "officer", _("pilotage régional")


class MailPreference(TextChoices):
    """When an adviser wants to read about new things."""

    AT_ONCE = "at_once", _("tout de suite")
    DAILY = "daily", _("un résumé par jour")
    ESSENTIAL = "essential", _("seulement les rappels et ce qui m’est confié")


class ErasureScope(TextChoices):
    """How much was erased at somebody's request."""

    REQUEST = "request", _("une demande")
    HUBS = "hubs", _("une adresse, dans des guichets")
    PERSON = "person", _("une adresse, partout")
