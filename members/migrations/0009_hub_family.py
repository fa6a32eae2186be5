"""Senders and hosts of hubs are checked, and a family of hubs never turns in a circle."""

import django.core.validators
import members.hubs.models
from django.db import migrations, models


# The lock makes two crossed changes at the same instant see each other.
NO_CIRCLE = """
CREATE FUNCTION members_hub_no_circle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.parent_id IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('members_hub.parent'));
    IF EXISTS (
        WITH RECURSIVE above AS (
            SELECT NEW.parent_id AS id
            UNION
            SELECT hub.parent_id FROM above JOIN members_hub hub ON hub.id = above.id WHERE hub.parent_id IS NOT NULL
        )
        SELECT 1 FROM above WHERE id = NEW.id
    ) THEN
        RAISE EXCEPTION 'hub % would stand above itself', NEW.id
            USING ERRCODE = 'check_violation', TABLE = 'members_hub', CONSTRAINT = 'hub_family_without_circle';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER hub_family_without_circle AFTER INSERT OR UPDATE OF parent_id ON members_hub
    FOR EACH ROW EXECUTE FUNCTION members_hub_no_circle();
"""
UNDO = "DROP TRIGGER hub_family_without_circle ON members_hub; DROP FUNCTION members_hub_no_circle();"


class Migration(migrations.Migration):
    """Three facts of a hub that the database or the forms hold."""

    dependencies = [
        ('members', '0008_network_territory'),
    ]

    operations = [
        migrations.AlterField(
            model_name='hub',
            name='host',
            field=models.CharField(blank=True, help_text='Par exemple guichet.exemple.fr\u202f: ce nom ouvre le portail aux couleurs du guichet.', max_length=120, validators=[django.core.validators.RegexValidator('^(?=.{4,120}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$', 'Un nom de domaine s’écrit en minuscules, sans «\u202fhttps://\u202f»\u202f: guichet.exemple.fr.')], verbose_name='nom de domaine'),
        ),
        migrations.AlterField(
            model_name='hub',
            name='sender',
            field=models.CharField(blank=True, help_text='Une adresse, seule ou après un nom. Vide\u202f: l’adresse du portail, au nom du guichet.', max_length=200, validators=[members.hubs.models.validate_sender], verbose_name='expéditeur des courriels'),
        ),
        migrations.AddConstraint(
            model_name='hub',
            constraint=models.CheckConstraint(condition=models.Q(('is_default', False), ('is_open', True), _connector='OR'), name='hub_default_is_open', violation_error_message='Le guichet qui reçoit ce qu’aucun territoire ne couvre doit recevoir des demandes.'),
        ),
        migrations.RunSQL(NO_CIRCLE, UNDO),
    ]
