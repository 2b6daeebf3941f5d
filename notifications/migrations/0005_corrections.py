"""What was wrong, who got it, and what they are told instead."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0004_texts_are_versions'),
    ]

    operations = [
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40, verbose_name='kind of the wrong message')),
                ('people', models.PositiveIntegerField(verbose_name='people')),
                ('text_en', models.TextField(verbose_name='what is right, English')),
                ('text_zh', models.TextField(verbose_name='what is right, Chinese')),
                ('incident', models.TextField(verbose_name='what happened, for the record')),
                ('state', models.CharField(choices=[('draft', 'not sent yet'), ('sent', 'sent')], default='draft', max_length=10, verbose_name='state')),
                ('written_at', models.DateTimeField(verbose_name='written')),
                ('sent_at', models.DateTimeField(null=True, verbose_name='sent')),
            ],
            options={
                'verbose_name': 'correction',
                'verbose_name_plural': 'corrections',
                'ordering': ['-id'],
            },
        ),
        migrations.AddField(
            model_name='correction',
            name='messages',
            field=models.ManyToManyField(related_name='+', to='notifications.message', verbose_name='messages'),
        ),
        migrations.AddField(
            model_name='correction',
            name='written_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written by'),
        ),
    ]
