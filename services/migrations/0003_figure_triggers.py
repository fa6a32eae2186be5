"""Triggers that note which days of filing must be counted again, in the transaction of the change itself."""

from django.db import migrations

NOTE = """
CREATE FUNCTION services_note_day(hub bigint, filed timestamptz) RETURNS void LANGUAGE sql AS $$
    INSERT INTO services_figuredirt (hub_id, day)
    SELECT hub, (filed AT TIME ZONE 'Europe/Paris')::date WHERE filed IS NOT NULL
$$;

CREATE FUNCTION services_note_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM services_note_day(OLD.hub_id, OLD.submitted_at);
    END IF;
    IF TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND (NEW.hub_id, NEW.submitted_at) IS DISTINCT FROM (OLD.hub_id, OLD.submitted_at)) THEN
        PERFORM services_note_day(NEW.hub_id, NEW.submitted_at);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION services_note_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM services_note_day(r.hub_id, r.submitted_at) FROM services_servicerequest r
    WHERE r.id = coalesce(NEW.request_id, OLD.request_id);
    RETURN NULL;
END $$;

CREATE TRIGGER figures_request AFTER INSERT OR DELETE ON services_servicerequest
    FOR EACH ROW EXECUTE FUNCTION services_note_request();
CREATE TRIGGER figures_request_changed AFTER UPDATE OF hub_id, submitted_at, state, family, size, sector, commune_id,
    routed_at, is_suspect, reject_reason, merged_into_id ON services_servicerequest
    FOR EACH ROW WHEN (
        (OLD.hub_id, OLD.submitted_at, OLD.state = 'draft', OLD.family, OLD.size, OLD.sector, OLD.commune_id, OLD.routed_at,
            OLD.is_suspect, OLD.reject_reason, OLD.merged_into_id)
        IS DISTINCT FROM
        (NEW.hub_id, NEW.submitted_at, NEW.state = 'draft', NEW.family, NEW.size, NEW.sector, NEW.commune_id, NEW.routed_at,
            NEW.is_suspect, NEW.reject_reason, NEW.merged_into_id))
    EXECUTE FUNCTION services_note_request();
CREATE TRIGGER figures_referral AFTER INSERT OR DELETE ON services_referral
    FOR EACH ROW EXECUTE FUNCTION services_note_part();
CREATE TRIGGER figures_referral_changed AFTER UPDATE OF request_id, organisation_id, state, outcome, sent_at, accepted_at,
    answered_at, answer_in_time_until ON services_referral
    FOR EACH ROW WHEN (
        (OLD.organisation_id, OLD.state, OLD.outcome, OLD.sent_at, OLD.accepted_at, OLD.answered_at, OLD.answer_in_time_until)
        IS DISTINCT FROM
        (NEW.organisation_id, NEW.state, NEW.outcome, NEW.sent_at, NEW.accepted_at, NEW.answered_at, NEW.answer_in_time_until))
    EXECUTE FUNCTION services_note_part();
CREATE TRIGGER figures_satisfaction AFTER INSERT OR UPDATE OR DELETE ON services_satisfaction
    FOR EACH ROW EXECUTE FUNCTION services_note_part();
"""
FORGET = """
DROP TRIGGER figures_request ON services_servicerequest;
DROP TRIGGER figures_request_changed ON services_servicerequest;
DROP TRIGGER figures_referral ON services_referral;
DROP TRIGGER figures_referral_changed ON services_referral;
DROP TRIGGER figures_satisfaction ON services_satisfaction;
DROP FUNCTION services_note_request;
DROP FUNCTION services_note_part;
DROP FUNCTION services_note_day;
"""


class Migration(migrations.Migration):
    """No application code can forget to tell: the database does."""

    dependencies = [("services", "0002_figures")]
    operations = [migrations.RunSQL(NOTE, FORGET)]
