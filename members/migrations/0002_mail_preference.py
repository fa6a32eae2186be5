"""A third preference: only reminders and what is entrusted to the person."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]

    operations = [
        migrations.AlterField(
            "user",
            "mail_preference",
            models.CharField(
                choices=[
                    ("at_once", "tout de suite"),
                    ("daily", "un résumé par jour"),
                    ("essential", "seulement les rappels et ce qui m’est confié"),
                ],
                default="at_once",
                max_length=20,
                verbose_name="courriels",
            ),
        ),
    ]
