"""The indexes that find names, made and dropped without locking the tables."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    """The new ones first: no search is left without any."""

    atomic = False
    dependencies = [("members", "0013_search_names")]

    operations = [
        AddIndexConcurrently(
            model_name="organisation",
            index=GinIndex(fields=["search_name"], name="organisation_any_trgm", opclasses=["gin_trgm_ops"]),
        ),
        AddIndexConcurrently(
            model_name="user",
            index=GinIndex(
                fields=["search_name", "email"], name="user_search_trgm", opclasses=["gin_trgm_ops", "gin_trgm_ops"]
            ),
        ),
        RemoveIndexConcurrently(model_name="organisation", name="organisation_name_trgm"),
        RemoveIndexConcurrently(model_name="user", name="user_names_trgm"),
    ]
