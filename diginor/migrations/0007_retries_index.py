from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("diginor", "0006_retries"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="outgoingmail",
            index=models.Index(
                condition=models.Q(("failing_since__isnull", False)),
                fields=["failing_since"],
                name="outgoingmail_failing",
            ),
        ),
    ]
