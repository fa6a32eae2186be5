"""Territories of projects, as the administration draws them: the same rows, under a name of their own."""

from django.db import migrations


class Migration(migrations.Migration):
    """A proxy changes nothing in the tables."""

    dependencies = [("members", "0009_hub_family")]

    operations = [
        migrations.CreateModel(
            name="DrawnTerritory",
            fields=[],
            options={
                "verbose_name": "territoire de projet",
                "verbose_name_plural": "territoires de projet",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("members.territory",),
        ),
    ]
