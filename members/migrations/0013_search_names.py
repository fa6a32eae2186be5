"""Names as they are compared and sorted: lower case, without accents."""

import django.db.models.functions.text
from django.db import migrations, models

import diginor.text.search


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('members', '0012_directory_addresses'),
    ]

    operations = [
        migrations.AddField(
            model_name='hub',
            name='search_name',
            field=models.GeneratedField(db_persist=True, expression=diginor.text.search.PlainText('name'), output_field=models.TextField()),
        ),
        migrations.AddField(
            model_name='place',
            name='search_name',
            field=models.GeneratedField(db_persist=True, expression=diginor.text.search.PlainText('name'), output_field=models.TextField()),
        ),
        migrations.AddField(
            model_name='user',
            name='search_name',
            field=models.GeneratedField(db_persist=True, expression=diginor.text.search.PlainText(django.db.models.functions.text.Concat('last_name', models.Value(' '), 'first_name')), output_field=models.TextField()),
        ),
    ]
