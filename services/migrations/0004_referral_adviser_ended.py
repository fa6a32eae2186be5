"""Find what one adviser has ended, the newest first."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """One partial index."""

    dependencies = [
        ("members", "0003_codes"),
        ("services", "0003_figure_triggers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                models.OrderBy(models.F("adviser")),
                models.OrderBy(models.F("ended_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(
                    models.Q(("state__in", ["sent", "accepted"]), _negated=True), ("adviser__isnull", False)
                ),
                name="referral_adviser_ended",
            ),
        ),
    ]
