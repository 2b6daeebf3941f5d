"""A correction that nobody will send is dropped."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0013_agreed_to_then_sent'),
    ]

    operations = [
        migrations.AlterField(
            model_name='correction',
            name='state',
            field=models.CharField(choices=[('draft', 'not sent yet'), ('agreed', 'agreed to, not sent yet'), ('sent', 'sent'), ('dropped', 'dropped')], default='draft', max_length=10, verbose_name='state'),
        ),
    ]
