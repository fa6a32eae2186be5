"""The indexes by which requests of the same company are found, made without locking the table."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

import diginor.text.search
import services.requests.models.request


class Migration(migrations.Migration):
    """Two indexes on expressions: no column is added."""

    atomic = False
    dependencies = [("services", "0010_retries_index")]

    operations = [
        AddIndexConcurrently(
            model_name="servicerequest",
            index=models.Index(
                models.F("commune"),
                diginor.text.search.PlainText("company_name"),
                name="servicerequest_company",
            ),
        ),
        AddIndexConcurrently(
            model_name="servicerequest",
            index=models.Index(
                services.requests.models.request.LastDigits("contact_phone"),
                condition=models.Q(("contact_phone", ""), _negated=True),
                name="servicerequest_phone",
            ),
        ),
    ]
