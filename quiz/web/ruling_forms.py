"""The form that proposes a ruling: what is to happen to an item, and its accepted answers."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.languages import Language
from quiz.markup import render_line
from quiz.models import ItemVersion, Ruling
from quiz.scoring import (
    Between,
    Near,
    NumericalKey,
    ShortAnswer,
    ShortAnswerKey,
    UnreadableKey,
    key_from_dict,
    key_to_dict,
)
from quiz.wording import TRUTHS

MAX_LINES, MAX_TEXT = 20, 4000
NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?"
NEAR = re.compile(rf"({NUMBER})(?:\s*:\s*({NUMBER}))?", re.ASCII)
BETWEEN = re.compile(rf"({NUMBER})\s*\.\.\s*({NUMBER})", re.ASCII)


class RulingForm(forms.Form):
    """What to do with an item. The accepted answers are asked for as the item's kind needs it."""

    effect = forms.ChoiceField(
        label=gettext_lazy("What is to happen to it"),
        choices=Ruling.Effect.choices,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Kept with the ruling. Say what is wrong and how it was found."),
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, *args: Any, version: ItemVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.version = version
        self.shares: list[str] = []
        match version.kind:
            case "single" | "multiple":
                self._ask_for_shares()
            case "truefalse":
                words = TRUTHS[Language.ENGLISH.value]
                self.fields["truths"] = forms.MultipleChoiceField(
                    label=_("Accepted answers"),
                    choices=list(words.items()),
                    required=False,
                    widget=forms.CheckboxSelectMultiple,
                    initial=["true" if version.key["answer"] else "false"],
                )
            case "numerical" | "short":
                self._ask_for_lines()
            case _:
                self.fields["key"] = forms.CharField(
                    label=_("Key"),
                    help_text=_("As JSON, as it is stored with the item."),
                    max_length=MAX_TEXT,
                    required=False,
                    widget=forms.Textarea({"rows": 6, "spellcheck": "false"}),
                    initial=json.dumps(version.key, ensure_ascii=False, indent=1),
                )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        given["keys"] = []
        if given.get("effect") == Ruling.Effect.REKEY and not self.errors:
            try:
                given["keys"] = self._keys(given)
            except (UnreadableKey, InvalidOperation, ValueError) as fault:
                raise forms.ValidationError(
                    _("This is not a key: %(why)s") % {"why": str(fault)[:300]}
                ) from fault
        return given

    def _ask_for_shares(self) -> None:
        fractions = self.version.key["fractions"]
        for choice in self.version.choices:
            name = f"share_{choice['key']}"
            self.shares.append(name)
            self.fields[name] = forms.DecimalField(
                label=_label(choice),
                min_value=Decimal(-1),
                max_value=Decimal(1),
                max_digits=9,
                decimal_places=7,
                required=False,
                initial=fractions[choice["key"]],
                help_text=_("Share of the mark: 1 is all of it, 0 nothing."),
            )

    def _ask_for_lines(self) -> None:
        numerical = self.version.kind == "numerical"
        self.fields["lines"] = forms.CharField(
            label=_("Accepted answers, one a line"),
            help_text=_("42, or 42:0.5 (up to 0.5 off), or 40..44. Each earns the whole mark.")
            if numerical
            else _("* stands for any characters. Each earns the whole mark."),
            max_length=MAX_TEXT,
            required=False,
            widget=forms.Textarea({"rows": 4, "spellcheck": "false"}),
            initial="\n".join(_lines(self.version.key)),
        )

    def _keys(self, given: Mapping[str, Any]) -> list[dict[str, Any]]:
        key = self.version.key
        match self.version.kind:
            case "single" | "multiple":
                shares = {
                    name.removeprefix("share_"): str(given[name] or 0) for name in self.shares
                }
                return [{"kind": self.version.kind, "fractions": shares}]
            case "truefalse":
                return [{"kind": "truefalse", "answer": t == "true"} for t in given["truths"]]
            case "numerical":
                own = key_from_dict(key)
                units = own.units if isinstance(own, NumericalKey) else {}
                answers = tuple(_number(line) for line in _split(given["lines"]))
                return [key_to_dict(NumericalKey(answers, units))] if answers else []
            case "short":
                patterns = tuple(ShortAnswer(line) for line in _split(given["lines"]))
                made = ShortAnswerKey(patterns, bool(key["case_sensitive"]))
                return [key_to_dict(made)] if patterns else []
        read = json.loads(given["key"])
        if not isinstance(read, dict):
            raise UnreadableKey(_("it is not an object"))
        return [key_to_dict(key_from_dict(read))]


def _label(choice: Mapping[str, Any]) -> SafeString:
    """The letter of a choice and what it says, as the page of the quiz shows it."""
    said = render_line(choice["text"][Language.ENGLISH.value], choice["format"])
    return format_html("<span>{} · {}</span>", choice["key"], said)


def _split(text: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MAX_LINES:
        raise ValueError(_("more than %(most)d lines") % {"most": MAX_LINES})
    return lines


def _number(line: str) -> Near | Between:
    if found := BETWEEN.fullmatch(line):
        low, high = Decimal(found[1]), Decimal(found[2])
        return Between(min(low, high), max(low, high))
    if found := NEAR.fullmatch(line):
        return Near(Decimal(found[1]), tolerance=abs(Decimal(found[2] or 0)))
    raise ValueError(line)


def _lines(key: Mapping[str, Any]) -> list[str]:
    """The accepted answers of a key as the form writes them."""
    if key["kind"] == "short":
        return [answer["pattern"] for answer in key["answers"]]
    return [
        f"{answer['low']}..{answer['high']}"
        if "low" in answer
        else answer["value"] + (f":{answer['tolerance']}" if Decimal(answer["tolerance"]) else "")
        for answer in key["answers"]
    ]
