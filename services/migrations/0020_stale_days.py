"""The days to count again under the name that they have everywhere; the triggers write there through one function."""

from django.db import migrations

NOTE = """
CREATE OR REPLACE FUNCTION services_note_day(hub bigint, filed timestamptz) RETURNS void LANGUAGE sql AS $$
    INSERT INTO {table} (hub_id, day)
    SELECT hub, (filed AT TIME ZONE 'Europe/Paris')::date WHERE filed IS NOT NULL
$$;
"""


class Migration(migrations.Migration):
    """In one transaction, so that no change is filed without its note."""

    dependencies = [("services", "0019_workshops")]
    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, NOTE.format(table="services_figuredirt")),
        migrations.RenameModel("FigureDirt", "StaleDay"),
        migrations.RunSQL(NOTE.format(table="services_staleday"), migrations.RunSQL.noop),
    ]
