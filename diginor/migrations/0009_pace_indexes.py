from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("diginor", "0008_pace"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="outgoingmail",
            index=models.Index(
                condition=models.Q(("status", "held")), fields=["next_attempt_at"], name="outgoingmail_waiting"
            ),
        ),
        AddIndexConcurrently(
            model_name="outgoingmail",
            index=models.Index(fields=["recipient", "created_at"], name="outgoingmail_of_day"),
        ),
        RemoveIndexConcurrently(model_name="outgoingmail", name="outgoingmail_held"),
    ]
