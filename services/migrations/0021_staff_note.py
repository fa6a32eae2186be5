"""The note of the staff under the name that it has everywhere; its column stays, so that nothing is locked."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The state alone."""

    dependencies = [("services", "0020_stale_days")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("referral", "word", "staff_note"),
                migrations.AlterField(
                    "referral",
                    "staff_note",
                    models.TextField(blank=True, db_column="word", verbose_name="mot de l’équipe"),
                ),
            ]
        )
    ]
