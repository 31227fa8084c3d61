"""Columns that came after the code of a running site have a default in the database, so that its INSERTs go on working."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('clusters', '0006_tell_of_changes'),
    ]

    operations = [
        migrations.AlterField(
            model_name='pathway',
            name='hidden',
            field=models.BooleanField(db_default=False, default=False, help_text='Leave this pathway and its programs off all public pages. Nothing is lost: it can be shown again.', verbose_name='hidden'),
        ),
        migrations.AlterField(
            model_name='program',
            name='was_public',
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name='was public'),
        ),
    ]
