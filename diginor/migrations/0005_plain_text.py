"""A function for generated columns, same result as `text_search.plain`; `unaccent` alone is not marked immutable."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION diginor_plain(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN trim(regexp_replace(lower(unaccent('unaccent'::regdictionary, $1)), '[^a-z0-9]+', ' ', 'g'))
"""


class Migration(migrations.Migration):
    """The function."""

    dependencies = [("diginor", "0004_admin_lists")]

    operations = [migrations.RunSQL(FORWARD, "DROP FUNCTION diginor_plain(text)")]
