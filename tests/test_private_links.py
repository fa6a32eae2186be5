"""A private link stands in no log: neither ours, nor the proxy's, nor what administrators are told."""

import io
import logging
import re
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.urls.converters import UUIDConverter

from diginor.outbox.models import OutgoingMail
from diginor.running.alerts import Fault
from diginor.web.private_links import hide, is_private, private_path
from tests.addresses import address, names
from tests.factories.members import UserFactory
from tests.sources import ROOT
from tests.test_access import of, undone
from tests.world import World, make_world

pytestmark = pytest.mark.django_db
HIDDEN = "…"
# Arguments that open nothing by themselves. A token is none of them, nor what is drawn at random (`uuid`), except where
# everybody is shown the list: the mails of the demonstration.
HARMLESS = {
    "app_label",
    "code",
    "extra_context",
    "family",
    "format",
    "key",
    "kind",
    "object_id",
    "pk",
    "provider_id",
    "slug",
    "url",
}

LISTED = {"demonstration_mail"}


@pytest.fixture
def world() -> World:
    return make_world()


def patterns(found: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    """Every address of the table."""
    for one in found:
        if isinstance(one, URLResolver):
            yield from patterns(one.url_patterns)
        else:
            yield one


def private_addresses(world: World) -> dict[str, list[str]]:
    """Every private address in both languages, with what is secret in it."""
    found = {}
    for name in names():
        if is_private(where := address(name, world.own)):
            secrets = [text for value in resolve(where).kwargs.values() if len(text := str(value)) > 5]
            found |= {where: secrets, f"/en{where}": secrets}
    return found


def test_every_argument_of_an_address_is_a_secret_or_known_to_be_none() -> None:
    seen = set()
    for pattern in patterns(get_resolver().url_patterns):
        route, converters = pattern.pattern, pattern.pattern.converters
        if is_private(f"/{str(route).replace('<', '').replace('>', '')}"):
            seen.add(str(route))
            continue
        is_drawn = any(isinstance(one, UUIDConverter) for one in converters.values())
        assert not is_drawn or pattern.name in LISTED, route
        assert set(route.regex.groupindex) <= HARMLESS, route
    assert len(seen) > 10


def test_a_private_address_without_a_word_of_its_own_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured):
        private_path("<str:token>/", lambda request, token: HttpResponse(), name="x")


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What a handler that knows nothing of this project writes."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


def failing(where: str) -> None:
    """An exception that quotes an address, as Django's own do, and a line of the log that does."""
    try:
        try:
            raise KeyError({"path": where.lstrip("/")})
        except KeyError as error:
            raise ValueError(f"at {where}?page=2") from error
    except ValueError:
        logging.getLogger("services").exception("from %s to http://testserver/?next=%s", where, quote(where, safe=""))


def test_no_line_of_ours_holds_a_secret(world: World, lines: io.StringIO) -> None:
    client, strict = of("visitor", world), Client(enforce_csrf_checks=True, raise_request_exception=False)
    told = []
    for where, secrets in private_addresses(world).items():
        assert secrets, where
        before = lines.tell()
        damaged = where.rstrip("/") + "%0A/"
        asks: list[Callable[[], HttpResponse]] = [
            lambda: client.get(where),  # noqa: B023
            lambda: client.delete(where),  # noqa: B023
            lambda: strict.post(where, {"body": ""}),  # noqa: B023
            lambda: client.get(damaged),  # noqa: B023
            lambda: client.get("/nulle-part/", {"next": where}, headers={"referer": where}),  # noqa: B023
            lambda: client.get(f"{where}?a=%00"),  # noqa: B023
        ]
        for ask in asks:
            with undone(client):
                ask()
        failing(where)
        written = lines.getvalue()[before:]
        assert HIDDEN in written
        told += [f"{where}: {secret}" for secret in secrets if secret in written]
    assert not told
    kinds = ("Method Not Allowed", "Forbidden", "Not Found", "NUL")
    assert {kind for kind in kinds if kind in lines.getvalue()} == set(kinds)


def test_administrators_are_told_of_no_secret(world: World) -> None:
    found = private_addresses(world)
    assert len(found) > 20
    for where, secrets in found.items():
        request = HttpRequest()
        request.method, request.path, request.resolver_match = "GET", where, resolve(where.removeprefix("/en"))
        error = ValueError(where)
        record = logging.makeLogRecord({"exc_info": (ValueError, error, None), "request": request})
        assert not [secret for secret in secrets if secret in repr(Fault.of(record))]


def test_the_mails_that_administrators_read_show_no_secret(world: World, client: Client) -> None:
    found = private_addresses(world)
    text = "\n".join(f"https://diginor.example{where}" for where in found)
    mail = OutgoingMail.objects.create(dedupe_key="a", kind="DraftReminder", recipient="a@b.example", text=text)
    client.force_login(UserFactory(administrator=True))
    page = client.get(reverse("admin:diginor_outgoingmail_change", args=[mail.pk])).content.decode()
    assert "https://diginor.example" in page
    assert not [secret for secrets in found.values() for secret in secrets if secret in page]


@pytest.mark.parametrize(
    "text", ["/demande/besoin/", "/suivi/", "/compte/mot-de-passe/nouveau/", "/services/resuivi/x/"]
)
def test_other_addresses_stay_readable(text: str) -> None:
    assert hide(text) == text


def filters() -> dict[str, tuple[re.Pattern[str], str]]:
    """What the proxy hides in its logs: by field, what is looked for and what is written instead."""
    found = re.findall(r'^\s*(\S+) regexp "(.+)" "(.+)"$', (ROOT / "deploy" / "Caddyfile").read_text(), re.MULTILINE)
    return {field: (re.compile(sought), put.replace("${1}", r"\1")) for field, sought, put in found}


@pytest.mark.parametrize("field", ["request>uri", "request>headers>Referer", "resp_headers>Location"])
def test_no_line_of_the_proxy_holds_a_secret(field: str, world: World) -> None:
    sought, put = filters()[field]
    found = private_addresses(world)
    assert len(found) > 20
    for where, secrets in found.items():
        inside = quote(where, safe="")
        for line in (where, f"https://x.example{where}?a=b", f"/?next={inside}&a=b", f"/?next={quote(inside)}"):
            written = sought.sub(put, line)
            assert HIDDEN in written
            assert not [secret for secret in secrets if secret in written or quote(secret) in written]
    for name in names():
        public = address(name, world.own)
        if not is_private(public):
            assert sought.sub(put, public) == public


def test_all_logs_of_the_proxy_are_filtered() -> None:
    written = (ROOT / "deploy" / "Caddyfile").read_text()
    assert len(re.findall(r"^\s*log\b", written, re.MULTILINE)) == written.count("import without_secrets") == 2


def test_the_page_of_a_link_is_named_in_what_stays(world: World) -> None:
    assert hide(f"GET {reverse('filing_resume', args=['x'])}?a=b 404") == f"GET /demande/reprendre/{HIDDEN}?a=b 404"
