from typing import Any

from django.db import migrations, models


def forget_planned_erasures(apps: Any, schema_editor: Any) -> None:
    """The retention of every day erases instead of the clock of each request."""
    apps.get_model("services", "FollowUp").objects.filter(kind="erasure").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0014_search_name_indexes"),
        ("services", "0011_doubles"),
    ]

    operations = [
        migrations.RunPython(forget_planned_erasures, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="followup",
            name="kind",
            field=models.CharField(
                choices=[
                    ("draft_resume", "brouillon à reprendre"),
                    ("triage_reminder", "rappel d’orienter"),
                    ("triage_escalation", "alerte à la personne responsable du guichet"),
                    ("company_reminder", "rappel de répondre à l’équipe"),
                    ("company_silent", "l’entreprise ne répond pas"),
                    ("answer_reminder", "rappel de répondre"),
                    ("team_reminder", "rappel à toute la structure"),
                    ("answer_expiry", "fin du délai de réponse"),
                    ("activity_reminder", "rappel d’avancer"),
                    ("activity_alert", "alerte d’inactivité"),
                    ("satisfaction", "demande d’avis"),
                    ("second_assessment", "second bilan de maturité"),
                ],
                max_length=30,
                verbose_name="nature",
            ),
        ),
    ]
