"""A function for generated columns: `unaccent` alone is not immutable, because its dictionary could change."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION diginor_plain(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN lower(unaccent('unaccent'::regdictionary, replace($1, '’', '''')))
"""


class Migration(migrations.Migration):
    dependencies = [("diginor", "0004_admin_lists")]

    operations = [migrations.RunSQL(FORWARD, "DROP FUNCTION diginor_plain(text)")]
