"""What staff type on the boards."""

from django import forms
from django.utils.translation import gettext_lazy as _

from bootcamp.domain.groups import MOST_GROUPS
from bootcamp.domain.timetables import SEEDS


class SeedForm(forms.Form):
    """Which of the equally good answers is drawn; the same seed draws the same one."""

    seed = forms.IntegerField(
        label=_("Seed"), min_value=SEEDS.start, max_value=SEEDS.stop - 1, initial=1
    )


class GroupsForm(SeedForm):
    """How many groups, and how they are drawn."""

    count = forms.IntegerField(label=_("Groups"), min_value=1, max_value=MOST_GROUPS, initial=4)
    field_order = ("count", "seed")
