"""Where a network works."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The territory of a network, when its source gives it."""

    dependencies = [("members", "0007_place_shares_make_a_whole")]

    operations = [
        migrations.AddField(
            model_name="network",
            name="territory",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="networks",
                to="members.territory",
                verbose_name="territoire",
            ),
        ),
    ]
