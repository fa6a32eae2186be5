"""Print the accounts of the demonstration."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from demonstration.story import accounts


class Command(BaseCommand):
    """`manage.py demonstration_accounts`: one account of each role, and the password."""

    help = __doc__

    def handle(self, *args: object, **options: object) -> None:
        """Print them."""
        if not settings.DEMO:
            raise CommandError("Les comptes inventés n’existent qu’en démonstration : DIGINOR_DEMO=1.")
        page = f"{settings.SITE_URL}{reverse('demonstration')}"
        self.stdout.write(f"Comptes de démonstration, mot de passe « {accounts.PASSWORD} » (tous : {page})")
        for role in accounts.roles():
            account = role.accounts[0]
            how = "" if role.has_password else " (code reçu par courriel, à lire sur la page ci-dessus)"
            self.stdout.write(f"  {role.label!s:<28} {account.person.email}{how}")
