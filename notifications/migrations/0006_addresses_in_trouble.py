"""Mail that comes back is written down and settled."""

import accounts.personal
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0005_corrections'),
    ]

    operations = [
        migrations.CreateModel(
            name='AddressTrouble',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', accounts.personal.PersonalCharField(max_length=254, verbose_name='e-mail address')),
                ('kind', models.CharField(choices=[('bounced', 'mail comes back'), ('complained', 'reported as unwanted')], max_length=10, verbose_name='what')),
                ('detail', accounts.personal.PersonalTextField(verbose_name='what the mail server said')),
                ('first_at', models.DateTimeField(verbose_name='first')),
                ('last_at', models.DateTimeField(verbose_name='last')),
                ('times', models.PositiveIntegerField(default=1, verbose_name='times')),
                ('settled_at', models.DateTimeField(null=True, verbose_name='settled')),
            ],
            options={
                'verbose_name': 'address in trouble',
                'verbose_name_plural': 'addresses in trouble',
                'ordering': ['-last_at'],
            },
        ),
        migrations.AddField(
            model_name='addresstrouble',
            name='message',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='notifications.message', verbose_name='message'),
        ),
        migrations.AddField(
            model_name='addresstrouble',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='address_troubles', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='addresstrouble',
            name='settled_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='settled by'),
        ),
        migrations.AddConstraint(
            model_name='addresstrouble',
            constraint=models.UniqueConstraint(condition=models.Q(('settled_at__isnull', True)), fields=('person', 'address', 'kind'), name='notifications_trouble_once'),
        ),
    ]
