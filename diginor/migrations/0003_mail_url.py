"""Keep the address a mail leads to, for the digest of the day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("diginor", "0002_outbox")]

    operations = [
        migrations.AddField("outgoingmail", "url", models.TextField(blank=True, verbose_name="lien")),
    ]
