"""The entry of who had left the pool before publication says as what."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0010_locked_inputs'),
        ('selection', '0012_troubles_in_both_languages'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='entry',
            name='selection_seat_as_replied',
        ),
        migrations.AddField(
            model_name='entry',
            name='left_as',
            field=models.CharField(blank=True, choices=[('draft', 'draft'), ('submitted', 'submitted'), ('eligible', 'eligible'), ('ineligible', 'not eligible'), ('withdrawn', 'withdrawn'), ('merged', 'merged into another application'), ('place-offered', 'place offered'), ('reserve', 'on the reserve list'), ('not-selected', 'not selected'), ('place-confirmed', 'place confirmed'), ('place-declined', 'place declined'), ('place-lapsed', 'place lapsed'), ('finalist', 'finalist'), ('final-reserve', "on the finalists' reserve list"), ('not-finalist', 'not a finalist'), ('matched', 'matched'), ('hired', 'offer accepted')], max_length=20, verbose_name='stood as'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='reply',
            field=models.CharField(choices=[('none', 'no seat'), ('not-asked', 'has a seat, no reply needed'), ('offered', 'asked to reply'), ('confirmed', 'confirmed'), ('declined', 'declined'), ('lapsed', 'lapsed'), ('withdrawn', 'withdrew'), ('left', 'was not in the pool any more'), ('closed', 'the reserve list closed')], default='none', max_length=10, verbose_name='reply'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reply__in', ['not-asked', 'offered', 'confirmed']), ('seat__isnull', False)), models.Q(('reply__in', ['none', 'declined', 'lapsed', 'withdrawn', 'left', 'closed']), ('seat__isnull', True)), _connector='OR'), name='selection_seat_as_replied'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reply', 'left'), _negated=True), models.Q(('left_as', ''), _negated=True), _connector='OR'), name='selection_left_as_something'),
        ),
    ]
