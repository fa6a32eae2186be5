"""Give memberships and absences a code, so that addresses never show a primary key."""

from django.db import migrations, models

import diginor.text.codes

MODELS = ("membership", "absence")


def give_codes(apps, schema_editor):
    """Give each row that exists its own code."""
    for name in MODELS:
        model = apps.get_model("members", name)
        for row in model.objects.filter(code=None).order_by("pk").iterator():
            row.code = diginor.text.codes.public_code()
            row.save(update_fields=["code"])


def code(**options):
    """The field, unique and not edited."""
    return models.CharField(default=diginor.text.codes.public_code, editable=False, max_length=12, unique=True, **options)


class Migration(migrations.Migration):
    """Codes of memberships and absences."""

    dependencies = [("members", "0002_mail_preference")]

    operations = [
        migrations.AddField("membership", "code", models.CharField(editable=False, max_length=12, null=True)),
        migrations.AddField("absence", "code", models.CharField(editable=False, max_length=12, null=True)),
        migrations.RunPython(give_codes, migrations.RunPython.noop),
        migrations.AlterField("membership", "code", code()),
        migrations.AlterField("absence", "code", code()),
    ]
