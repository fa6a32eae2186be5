"""What people do in their browsers, by the roles and labels that they see."""

import re
import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Locator, Page, expect

from tests.factories.members import PASSWORD, TOTP_SECRET
from tests.peers import MailServer, body

NEED = "Nous voulons tester un robot qui charge nos machines la nuit, avant de décider d’en acheter un."
COMPANY = "Menuiserie de la Vire"
EMAIL = "claire.vasseur@vire.example"


def button(page: Page | Locator, name: str) -> Locator:
    """A button by its whole name; a narrow space before a punctuation mark is read as a space."""
    return page.get_by_role("button", name=name, exact=True)


def link(page: Page | Locator, name: str) -> Locator:
    """A link by a part of its name."""
    return page.get_by_role("link", name=name)


def see(page: Page | Locator, text: str) -> None:
    """Find a text on the page."""
    expect(page.get_by_text(text).first).to_be_visible()


def fold_out(page: Page, summary: str) -> Locator:
    """Open a folded part by its title, and return the part."""
    part = page.locator("details").filter(has=page.locator("summary", has_text=summary))
    part.locator("summary").first.click()
    return part


def file_need(page: Page, topic: str) -> None:
    """From the front page: say what it is about, choose the topic, tell the need."""
    page.goto("/")
    page.get_by_label("De quoi avez-vous besoin").fill("tester un robot")
    button(page, "Chercher").click()
    link(page.get_by_role("main"), topic).first.click()
    link(page.get_by_role("main"), "demande").first.click()
    page.get_by_label("Décrivez votre besoin").fill(NEED)
    button(page, "Continuer").click()


def file_company(page: Page, company: str = COMPANY) -> None:
    """Tell who asks."""
    # Nobody fills two steps in less than two seconds; who does is taken for a robot.
    page.get_by_label("Nom de l’entreprise").press_sequentially(company, delay=50)
    page.get_by_text("Je n’ai pas de SIRET").click()
    page.get_by_label("je ne l’ai pas sous la main").check()
    page.get_by_label("Commune", exact=True).fill("Caen")
    button(page, "Continuer").click()


def file_contact(page: Page, email: str = EMAIL) -> None:
    """Tell whom to answer, and send."""
    page.get_by_label("Votre nom").press_sequentially("Claire Vasseur", delay=80)
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_label("Téléphone").fill("02 31 00 00 00")
    button(page, "Envoyer ma demande").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre demande est envoyée")


def file_request(page: Page, topic: str, email: str = EMAIL) -> None:
    """File a request, from the front page to its end."""
    file_need(page, topic)
    file_company(page)
    file_contact(page, email)


def address_in(smtp: MailServer, email: str, containing: str, host: str) -> str:
    """The link of the first mail that speaks of something."""
    text = body(smtp.wait_for(email, containing))
    found = re.search(rf"{re.escape(host)}\S+", text)
    assert found, text
    return found[0]


def second_factor_code() -> str:
    """What the person's telephone shows now."""
    return format_hotp_value(hotp_value(TOTP_SECRET, int(time.time() // 30)))


def give_second_factor(page: Page) -> None:
    """Type the code of the telephone."""
    page.get_by_label("Code").fill(second_factor_code())
    button(page, "Me connecter").click()


def sign_in_by_password(page: Page, email: str) -> None:
    """Sign in with a password and the code of a telephone."""
    page.goto("/compte/connexion/")
    link(page, "Avec un mot de passe").click()
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    button(page, "Se connecter").click()
    give_second_factor(page)


def sign_in_by_code(page: Page, email: str, smtp: MailServer) -> None:
    """Sign in with the code received by mail."""
    page.goto("/compte/connexion/")
    before = len(smtp.to(email))
    page.get_by_label("Adresse électronique").fill(email)
    button(page, "Recevoir un code").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Entrez votre code")
    page.get_by_label("Code").fill(code_received(smtp, email, before))
    button(page, "Me connecter").click()


def code_received(smtp: MailServer, email: str, before: int = 0) -> str:
    """The code in the newest mail that has one."""
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        for message in reversed(smtp.to(email)[before:]):
            if found := re.search(r"\b\d{4}-\d{4}\b", f"{message['Subject']} {body(message)}"):
                return found[0]
        time.sleep(0.05)
    raise AssertionError(f"no code for {email}: {[str(message['Subject']) for message in smtp.to(email)]}")
