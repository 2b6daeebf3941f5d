import django.contrib.postgres.indexes
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations
from django.db.models.functions import Upper


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_find_in_the_trail'),
    ]

    operations = [
        TrigramExtension(),
        migrations.AddIndex(
            model_name='user',
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(Upper('email'), name='gin_trgm_ops'),
                name='accounts_user_words',
            ),
        ),
    ]
