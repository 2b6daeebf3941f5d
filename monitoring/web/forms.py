"""The four questions."""

from typing import Any

from django import forms
from django.http import QueryDict

from applications.web.forms import AsTyped
from monitoring.models import QUESTIONS, Answers


class AnswersForm(AsTyped, forms.ModelForm):
    """Each question may be left open."""

    class Meta:
        model = Answers
        fields = list(QUESTIONS)
        widgets = dict.fromkeys(QUESTIONS, forms.RadioSelect)

    def __init__(self, data: QueryDict | None = None, *, instance: Answers | None) -> None:
        super().__init__(data, instance=instance)
        for name, field in self.fields.items():
            # No "---------": a question that is left open has no button pressed.
            field.choices = QUESTIONS[name].choices  # type: ignore[attr-defined]

    @property
    def answers(self) -> dict[str, Any]:
        """What `give_answers` takes."""
        return {name: self.cleaned_data[name] for name in QUESTIONS}
