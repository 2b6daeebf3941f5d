from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("selection", "0002_runs_are_immutable"),
    ]

    operations = [
        migrations.AddField(
            model_name="entry",
            name="offers",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="seats offered"),
        ),
    ]
