"""What applicants write about lists."""

from django import forms
from django.utils.translation import gettext_lazy as _

from selection.domain.appealing import MOST
from selection.models import Appeal


class AppealForm(forms.Form):
    """What went wrong."""

    ground = forms.ChoiceField(
        label=_("What is it about?"), choices=Appeal.Ground.choices, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("What went wrong?"),
        help_text=_(
            "Say what happened and when. Somebody who took no part in the list reads it, and the "
            "record with it."
        ),
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
