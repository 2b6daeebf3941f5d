"""What asks for a reply is not sent once it is too late for one."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0008_name_the_relations'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='until',
            field=models.DateTimeField(blank=True, null=True, verbose_name='not from'),
        ),
    ]
