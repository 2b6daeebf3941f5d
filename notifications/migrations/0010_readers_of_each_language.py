"""Each language of a text has a reader, and who finds one wrong says why."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0009_message_until'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='lettertext',
            name='notifications_text_approved_by_another',
        ),
        migrations.AddField(
            model_name='lettertext',
            name='read_en_at',
            field=models.DateTimeField(null=True, verbose_name='English read'),
        ),
        migrations.AddField(
            model_name='lettertext',
            name='read_en_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='English read by'),
        ),
        migrations.AddField(
            model_name='lettertext',
            name='read_zh_at',
            field=models.DateTimeField(null=True, verbose_name='Chinese read'),
        ),
        migrations.AddField(
            model_name='lettertext',
            name='read_zh_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Chinese read by'),
        ),
        migrations.AddField(
            model_name='lettertext',
            name='refused_at',
            field=models.DateTimeField(null=True, verbose_name='found wrong'),
        ),
        migrations.AddField(
            model_name='lettertext',
            name='refused_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='found wrong by'),
        ),
        migrations.AddField(
            model_name='lettertext',
            name='refused_language',
            field=models.CharField(blank=True, choices=[('en', 'English'), ('zh-hant', '繁體中文')], default='', max_length=10, verbose_name='language found wrong'),
        ),
        migrations.AddField(
            model_name='lettertext',
            name='refused_why',
            field=models.TextField(blank=True, default='', verbose_name='what is wrong'),
        ),
    ]
