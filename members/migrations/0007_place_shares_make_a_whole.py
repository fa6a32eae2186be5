"""The parts of a place sum to 100 when the transaction ends, whoever wrote them and however many wrote at once."""

from django.db import migrations

# The row of the place is locked before counting: two transactions that each write a part then see each other.
CHECK = """
CREATE FUNCTION members_placeshare_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    one bigint;
    total numeric;
BEGIN
    FOR one IN
        SELECT DISTINCT place FROM unnest(ARRAY[
            CASE WHEN TG_OP <> 'INSERT' THEN OLD.place_id END,
            CASE WHEN TG_OP <> 'DELETE' THEN NEW.place_id END
        ]) AS place WHERE place IS NOT NULL ORDER BY place
    LOOP
        PERFORM 1 FROM members_place WHERE id = one FOR NO KEY UPDATE;
        SELECT sum(percent) INTO total FROM members_placeshare WHERE place_id = one;
        IF total IS NOT NULL AND total <> 100 THEN
            RAISE EXCEPTION 'the shares of place % sum to %', one, total
                USING ERRCODE = 'check_violation', TABLE = 'members_placeshare',
                      CONSTRAINT = 'placeshare_makes_a_whole';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER placeshare_makes_a_whole
    AFTER INSERT OR UPDATE OR DELETE ON members_placeshare
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION members_placeshare_whole();
"""
UNDO = "DROP TRIGGER placeshare_makes_a_whole ON members_placeshare; DROP FUNCTION members_placeshare_whole();"


class Migration(migrations.Migration):
    """A deferred constraint: parts are written one after the other, and counted at the end."""

    dependencies = [("members", "0006_directory_search")]

    operations = [migrations.RunSQL(CHECK, UNDO)]
