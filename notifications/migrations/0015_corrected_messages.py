"""Each corrected message says whether its correction is still to be sent."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0014_corrections_dropped'),
    ]

    operations = [
        # The table is the one that Django made for the relation.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Corrected',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('correction', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='notifications.correction')),
                        ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='notifications.message')),
                    ],
                    options={
                        'verbose_name': 'corrected message',
                        'verbose_name_plural': 'corrected messages',
                        'db_table': 'notifications_correction_messages',
                        'ordering': ['id'],
                        'unique_together': {('correction', 'message')},
                    },
                ),
                migrations.AlterField(
                    model_name='correction',
                    name='messages',
                    field=models.ManyToManyField(related_name='+', through='notifications.Corrected', to='notifications.message', verbose_name='messages'),
                ),
            ],
        ),
        migrations.AddField(
            model_name='corrected',
            name='is_open',
            field=models.BooleanField(default=True),
        ),
    ]
