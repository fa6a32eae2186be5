"""The button « Compléter avec mon SIRET » of the company step: a help that filing never depends on."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from diginor.attempts.throttle import source
from members.organisations import company_search
from members.organisations.company_search import Answer
from members.organisations.rules import siret as siret_rules
from services.filing.forms.siret_completion import completed
from services.filing.forms.steps import CompanyForm
from services.requests import throttle

SOURCE = "recherche-entreprises.api.gouv.fr"


def company_looked_up(request: HttpRequest, known: dict[str, Any]) -> CompanyForm:
    """The company step as it was typed, completed as far as the State's record goes, with a word on what was done."""
    typed = {**known, **request.POST.dict()}
    reading = siret_rules.read(str(typed.get("siret") or ""))
    if reading.problem or not reading.digits:
        messages.warning(request, _("Écrivez d’abord votre SIRET : ses 14 chiffres figurent sur vos factures."))
        return CompanyForm(initial=typed)
    if not throttle.may_look_up(source(request)):
        messages.warning(request, _("Trop de recherches en peu de temps. Remplissez vous-même, ou attendez une heure."))
        return CompanyForm(initial=typed)
    found = company_search.look_up(reading.digits)
    if found.record is None:
        messages.warning(request, _why_not(found.answer))
        return CompanyForm(initial=typed)
    form, labels = completed(typed, found.record)
    facts = {"names": ", ".join(labels), "source": SOURCE}
    if labels:
        text = _("Rempli d’après l’annuaire des entreprises de l’État (%(source)s) : %(names)s. Vérifiez, corrigez.")
        messages.success(request, text % facts)
    else:
        messages.info(request, _("L’annuaire des entreprises de l’État n’ajoute rien à ce que vous avez écrit."))
    if found.record.is_closed:
        text = _("Selon l’État, cet établissement est fermé. Vérifiez votre SIRET ; vous pouvez continuer.")
        messages.warning(request, text)
    return form


def _why_not(answer: Answer) -> str:
    if answer == Answer.UNKNOWN:
        return _("L’annuaire des entreprises de l’État ne connaît pas ce SIRET. Vérifiez-le, ou continuez ainsi.")
    return _("L’annuaire des entreprises de l’État ne répond pas. Continuez : votre demande n’en dépend pas.")
