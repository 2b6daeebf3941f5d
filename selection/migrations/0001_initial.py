import django.db.models.deletion
import selection.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('applications', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='SeedCommitment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.CharField(choices=[('bootcamp', 'Bootcamp places'), ('final', 'Finalists')], max_length=20, verbose_name='list')),
                ('seed', models.CharField(max_length=64, verbose_name='seed')),
                ('commitment', models.CharField(max_length=64, verbose_name='SHA-256 of the seed')),
                ('before_scores', models.BooleanField(verbose_name='committed before any score was known')),
                ('committed_at', models.DateTimeField(verbose_name='committed')),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seed_commitments', to='applications.cohort', verbose_name='cohort')),
                ('committed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'committed seed',
                'verbose_name_plural': 'committed seeds',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(fields=('cohort', 'step'), name='selection_seed_once')],
            },
        ),
        migrations.CreateModel(
            name='SelectionRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.CharField(choices=[('bootcamp', 'Bootcamp places'), ('final', 'Finalists')], max_length=20, verbose_name='list')),
                ('version', models.PositiveIntegerField(verbose_name='version')),
                ('criteria', models.JSONField(verbose_name='criteria and weights')),
                ('tie_breakers', models.JSONField(default=list, verbose_name='tie-breakers')),
                ('tie_policy', models.CharField(choices=[('take_all_then_draw', 'take all up to the limit, else draw'), ('draw', 'draw')], max_length=20, verbose_name='people who still tie at the line')),
                ('reserves', models.PositiveIntegerField(verbose_name='length of the reserve list')),
                ('created_at', models.DateTimeField(verbose_name='made')),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='selection_rules', to='applications.cohort', verbose_name='cohort')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'selection rule',
                'verbose_name_plural': 'selection rules',
                'ordering': ['cohort', 'step', '-version'],
                'constraints': [models.UniqueConstraint(fields=('cohort', 'step', 'version'), name='selection_rule_version_once')],
            },
        ),
        migrations.CreateModel(
            name='Selection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.CharField(choices=[('bootcamp', 'Bootcamp places'), ('final', 'Finalists')], max_length=20, verbose_name='list')),
                ('number', models.PositiveIntegerField(verbose_name='run')),
                ('state', models.CharField(choices=[('ranking', 'being ranked'), ('drawn', 'drawn up, not published'), ('published', 'published'), ('discarded', 'discarded')], default='ranking', max_length=10, verbose_name='state')),
                ('inputs', models.JSONField(verbose_name='inputs')),
                ('input_digest', models.CharField(max_length=64, verbose_name='digest of the inputs')),
                ('reply_hours', models.PositiveSmallIntegerField(null=True, verbose_name='hours to reply')),
                ('created_at', models.DateTimeField(verbose_name='drawn up')),
                ('result_digest', models.CharField(blank=True, max_length=64, verbose_name='digest of the result')),
                ('seats', models.PositiveIntegerField(null=True, verbose_name='seats')),
                ('cut_score', selection.models.ExactDecimalField(decimal_places=50, max_digits=100, null=True, verbose_name='score at the line')),
                ('ties', models.CharField(blank=True, choices=[('none', 'nobody tied at the line'), ('taken_all', 'all who tied at the line were taken'), ('drawn', 'the places at the line were drawn by lot')], max_length=10, verbose_name='ties at the line')),
                ('tied', models.PositiveIntegerField(default=0, verbose_name='people who tied at the line')),
                ('publish_at', models.DateTimeField(blank=True, null=True, verbose_name='publish at')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published')),
                ('trouble', models.TextField(blank=True, verbose_name='why it was not published')),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='selections', to='applications.cohort', verbose_name='cohort')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('seed', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='selection.seedcommitment', verbose_name='seed')),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='selection.selectionrule', verbose_name='rule')),
            ],
            options={
                'verbose_name': 'selection',
                'verbose_name_plural': 'selections',
                'ordering': ['-created_at', '-id'],
                'constraints': [models.UniqueConstraint(fields=('cohort', 'step', 'number'), name='selection_number_once'), models.UniqueConstraint(condition=models.Q(('state', 'published')), fields=('cohort', 'step'), name='selection_published_once', violation_error_message='This list has been published already.'), models.UniqueConstraint(condition=models.Q(('state__in', ['ranking', 'drawn'])), fields=('cohort', 'step'), name='selection_one_in_work'), models.CheckConstraint(condition=models.Q(models.Q(('published_at__isnull', False), ('state', 'published')), models.Q(models.Q(('state', 'published'), _negated=True), ('published_at__isnull', True)), _connector='OR'), name='selection_published_has_time'), models.CheckConstraint(condition=models.Q(('state__in', ['ranking', 'discarded']), models.Q(models.Q(('result_digest', ''), _negated=True), ('seats__isnull', False)), _connector='OR'), name='selection_drawn_has_result')],
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(null=True, verbose_name='position')),
                ('rank', models.PositiveIntegerField(null=True, verbose_name='rank')),
                ('score', selection.models.ExactDecimalField(decimal_places=50, max_digits=100, null=True, verbose_name='score')),
                ('scores', models.JSONField(verbose_name='scores')),
                ('lottery', models.CharField(blank=True, max_length=64, verbose_name='lottery number')),
                ('outcome', models.CharField(choices=[('selected', 'selected'), ('reserve', 'reserve'), ('not-selected', 'not selected'), ('not-ranked', 'not ranked')], max_length=12, verbose_name='outcome')),
                ('reserve_position', models.PositiveIntegerField(null=True, verbose_name='reserve')),
                ('seat', models.PositiveIntegerField(null=True, verbose_name='seat')),
                ('reply', models.CharField(choices=[('none', 'no seat'), ('not-asked', 'has a seat, no reply needed'), ('offered', 'asked to reply'), ('confirmed', 'confirmed'), ('declined', 'declined'), ('lapsed', 'lapsed'), ('withdrawn', 'withdrew'), ('closed', 'the reserve list closed')], default='none', max_length=10, verbose_name='reply')),
                ('offered_at', models.DateTimeField(null=True, verbose_name='offered')),
                ('reply_by', models.DateTimeField(null=True, verbose_name='reply before')),
                ('replied_at', models.DateTimeField(null=True, verbose_name='replied')),
                ('reminders', models.PositiveSmallIntegerField(default=0, verbose_name='reminders')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='applications.application', verbose_name='application')),
                ('selection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='selection.selection', verbose_name='run')),
            ],
            options={
                'verbose_name': 'entry',
                'verbose_name_plural': 'entries',
                'ordering': ['selection', models.OrderBy(models.F('position'), nulls_last=True), 'application'],
                'indexes': [models.Index(condition=models.Q(('reply', 'offered')), fields=['reply_by'], name='selection_open_offers')],
                'constraints': [models.UniqueConstraint(fields=('selection', 'application'), name='selection_entry_once'), models.UniqueConstraint(fields=('selection', 'position'), name='selection_position_once'), models.UniqueConstraint(fields=('selection', 'seat'), name='selection_seat_once'), models.UniqueConstraint(fields=('selection', 'reserve_position'), name='selection_reserve_once'), models.CheckConstraint(condition=models.Q(models.Q(('reply__in', ['not-asked', 'offered', 'confirmed']), ('seat__isnull', False)), models.Q(('reply__in', ['none', 'declined', 'lapsed', 'withdrawn', 'closed']), ('seat__isnull', True)), _connector='OR'), name='selection_seat_as_replied'), models.CheckConstraint(condition=models.Q(models.Q(('reply', 'offered'), _negated=True), models.Q(('offered_at__isnull', False), ('reply_by__gt', models.F('offered_at'))), _connector='OR'), name='selection_offer_has_deadline'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'not-ranked'), ('position__isnull', True), ('rank__isnull', True)), models.Q(models.Q(('outcome', 'not-ranked'), _negated=True), ('position__isnull', False), ('rank__isnull', False)), _connector='OR'), name='selection_ranked_has_position'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'reserve'), ('reserve_position__isnull', False)), models.Q(models.Q(('outcome', 'reserve'), _negated=True), ('reserve_position__isnull', True)), _connector='OR'), name='selection_reserve_has_position')],
            },
        ),
    ]
