"""Forms of the staff's pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.languages import Language
from matching.domain.opportunities import wage_trouble
from matching.models import Opportunity, Recruiter


class RecruiterForm(forms.ModelForm):
    """A recruiter is added by address; the account is made if there is none."""

    email = forms.EmailField(label=gettext_lazy("Work e-mail address"))
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100, required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=Language.choices)

    class Meta:
        model = Recruiter
        fields = ("company",)

    def _post_clean(self) -> None:
        """The row is made by the verb; there is nothing to check against the model."""


class OpportunityForm(forms.ModelForm):
    """Plain data of a draft, checked against the minimum wage of its first day."""

    class Meta:
        model = Opportunity
        fields = (
            "cohort",
            "company",
            "kind",
            "track",
            "title_en",
            "title_zh",
            "description_en",
            "description_zh",
            "purpose_en",
            "purpose_zh",
            "vacancies",
            "place_en",
            "place_zh",
            "hours_per_week",
            "pay_cents",
            "currency",
            "pay_basis",
            "wage_exemption",
            "starts_on",
            "ends_on",
            "conditions_en",
            "conditions_zh",
        )

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        answered: dict[str, Any] = self.cleaned_data
        needed = ("pay_cents", "pay_basis", "hours_per_week", "starts_on", "wage_exemption")
        if all(answered.get(name) for name in needed):
            trouble = wage_trouble(self.instance)
            if trouble:
                self.add_error("pay_cents", trouble)
