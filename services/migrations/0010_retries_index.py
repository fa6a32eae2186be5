from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("services", "0009_retries"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="followup",
            index=models.Index(
                condition=models.Q(("failing_since__isnull", False)),
                fields=["failing_since"],
                name="followup_failing",
            ),
        ),
    ]
