"""Where the demonstration may run: its secret is known to all and it shows every code, hence on no public address."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environ import Env

ADDRESSES = ("SITE_URL", "ALLOWED_HOSTS", "DIGINOR_HOSTS", "CSRF_TRUSTED_ORIGINS")
SECRETS = ("SECRET_KEY", "PROCONNECT_CLIENT_SECRET")
MESSAGE = (
    "DIGINOR_DEMO=1 ne convient qu’à une machine locale : le secret de la démonstration est connu et ses codes sont"
    " publics. Retirez DIGINOR_DEMO pour la production, ou ces réglages pour la démonstration : {names}.\n"
    "DIGINOR_DEMO=1 is for a local machine only: the secret of the demonstration is known and its codes are public."
    " Remove DIGINOR_DEMO in production, or these settings in the demonstration: {names}."
)


def stay_local(env: Env) -> None:
    """Refuse to start as a demonstration with a public address, or with a secret that only production has."""
    public = [name for name in ADDRESSES if not all(_is_local(one.strip()) for one in env.list(name, default=[]))]
    if names := public + [name for name in SECRETS if env.str(name, default="")]:
        raise ImproperlyConfigured(MESSAGE.format(names=", ".join(names)))


def _is_local(address: str) -> bool:
    """Whether a host name, or an address with its scheme, leads to this machine or to its own network."""
    host = urlsplit(address if "://" in address else f"//{address}").hostname or ""
    try:
        return ip_address(host).is_private
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
