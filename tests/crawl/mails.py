"""Mails as lines, and every mail of a request as it is written in both languages."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from tests.crawl.normal import certain, flat
from tests.services.requests.test_mails import every_mail, make_story, write


def lines_of_mails(mails: Iterable[Any]) -> list[str]:
    """Whom each goes to, what it is about, and what it says in both its versions."""
    found = []
    for mail in mails:
        found += ["", f"To: {mail.recipient}", f"Subject: {mail.subject}", "", *mail.text.splitlines(), ""]
        found += flat(mail.html)
    return certain(found)


def every_written_mail() -> dict[str, list[str]]:
    """Each kind of mail that a request posts, in each language, to all whom it goes to."""
    found = {}
    for language in ("fr", "en"):
        for kind in every_mail():
            with transaction.atomic():
                story = make_story()
                story.adviser.language = language
                story.adviser.save()
                mails = sorted(write(kind, story, language), key=lambda mail: (mail.recipient, mail.subject))
                found[f"mail {kind.name} {language}"] = lines_of_mails(mails)
                transaction.set_rollback(True)
    return found
