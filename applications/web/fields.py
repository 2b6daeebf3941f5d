"""Form fields that the application form needs and Django lacks."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from applications.answers import MONTHS
from applications.intake.values import clean_line, clean_text, parse_phone
from applications.wording import count_words
from notifications.moments import say_day

NUL = "\0"
MONTH_CHOICES = [("", _("Month")), *enumerate(MONTHS, start=1)]


class WordLimit:
    """A validator: at most so many words."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, text: str) -> None:
        words = count_words(text)
        if words > self.limit:
            raise ValidationError(
                ngettext(
                    "This has %(words)d word; at most %(limit)d are accepted.",
                    "This has %(words)d words; at most %(limit)d are accepted.",
                    words,
                )
                % {"words": words, "limit": self.limit},
                code="too-many-words",
            )


class LineField(forms.CharField):
    """A line of text, in Unicode NFC, without invisible characters; nothing is re-cased."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return text if NUL in text else clean_line(text)  # its validator refuses a NUL in words


class TextField(forms.CharField):
    """A text of several lines, in Unicode NFC, without invisible characters."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return text if NUL in text else clean_text(text)


class PhoneField(forms.CharField):
    """A telephone number, kept as E.164; without a country code it is Hong Kong's."""

    def clean(self, value: Any) -> str:
        written = super().clean(value)
        if not written:
            return ""
        number = parse_phone(written)
        if number is None:
            raise ValidationError(
                _("Write the number with its country code, for example +852 9876 5432."),
                code="not-a-number",
            )
        return number


class MonthWidget(forms.MultiWidget):
    """A month by its name and a year in digits."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(
            [
                forms.Select({"aria-label": _("Month")}, choices=MONTH_CHOICES),
                forms.TextInput(
                    {
                        "aria-label": _("Year"),
                        "placeholder": _("Year"),
                        "inputmode": "numeric",
                        "maxlength": 4,
                        "size": 6,
                    }
                ),
            ],
            attrs,
        )

    def decompress(self, value: date | None) -> list[Any]:
        return [value.month, value.year] if value else [None, None]


class MonthField(forms.MultiValueField):
    """A month and a year as the first day of the month; both or neither."""

    widget = MonthWidget
    default_error_messages = {
        "incomplete": _("Choose the month and write the year."),
        "invalid": _("Write the year with four digits, for example 2027."),
    }

    def __init__(self, *, first_year: int = 1950, last_year: int = 2100, **kwargs: Any) -> None:
        wrong = {"invalid": self.default_error_messages["invalid"]}
        too_far = {"min_value": wrong["invalid"], "max_value": wrong["invalid"]}
        fields = (
            forms.TypedChoiceField(choices=MONTH_CHOICES, coerce=int, empty_value=None),
            forms.IntegerField(
                min_value=first_year, max_value=last_year, error_messages=wrong | too_far
            ),
        )
        super().__init__(fields, require_all_fields=True, **kwargs)
        self.error_messages["required"] = self.default_error_messages["incomplete"]

    def clean(self, value: Any) -> date | None:
        parts = value if isinstance(value, list | tuple) else []
        given = [part for part in parts if part not in self.empty_values]
        if given and len(given) < len(self.fields):
            raise ValidationError(self.error_messages["incomplete"], code="incomplete")
        return super().clean(value)

    def compress(self, data_list: list[Any]) -> date | None:
        return date(data_list[1], data_list[0], 1) if data_list else None


class DaysField(forms.TypedMultipleChoiceField):
    """Some of a cohort's bootcamp days, as dates in their order."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce=date.fromisoformat, empty_value=[], **kwargs)

    def offer(self, days: list[date]) -> None:
        """Offer these days and no others."""
        self.choices = [(day.isoformat(), say_day(day)) for day in sorted(days)]

    def prepare_value(self, value: Any) -> Any:
        return [str(day) for day in value] if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[date]:
        return sorted(super().clean(value))
