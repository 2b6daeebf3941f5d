"""What the alarms of the item analysis mean, for people who write questions."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from quiz.statistics.alarms import AlarmKind

MINUS = "−"


def say_alarm(item: Mapping[str, Any], alarm: Mapping[str, Any]) -> str:
    """One alarm of an analysed item, as a sentence with its figures."""
    figures = {
        "facility": say_figure(item["facility"]),
        "discrimination": say_figure(item["corrected_item_total"]),
        "choice": alarm["choice"],
        "value": say_figure(alarm["value"]),
    }
    return _sentence(AlarmKind(alarm["kind"]), item) % figures


def say_kind(kind: AlarmKind) -> str:
    """What an alarm is about, in two or three words."""
    return {
        AlarmKind.OTHER_CHOICE: _("probably mis-keyed"),
        AlarmKind.NEGATIVE: _("negative discrimination"),
        AlarmKind.DRIFT: _("became easier"),
        AlarmKind.FLAT: _("tells nobody apart"),
        AlarmKind.WEAK: _("weak discrimination"),
        AlarmKind.TOO_HARD: _("too hard"),
        AlarmKind.TOO_EASY: _("too easy"),
        AlarmKind.UNUSED_CHOICE: _("a choice that nobody takes"),
    }[kind]


def say_figure(value: float | None, places: int = 2) -> str:
    """A figure with a real minus sign; a dash where there is none."""
    if value is None:
        return "–"
    rounded = f"{value:.{places}f}"
    if not rounded.strip("-0."):
        rounded = rounded.lstrip("-")
    return rounded.replace("-", MINUS)


def _sentence(kind: AlarmKind, item: Mapping[str, Any]) -> str:
    match kind:
        case AlarmKind.OTHER_CHOICE:
            return _(
                "Facility %(facility)s, discrimination %(discrimination)s: probably mis-keyed; "
                "choice %(choice)s correlates %(value)s. Check the key."
            )
        case AlarmKind.NEGATIVE:
            return _(
                "Facility %(facility)s, discrimination %(discrimination)s: probably mis-keyed or "
                "misleading. Those who do well elsewhere get it wrong."
            )
        case AlarmKind.DRIFT:
            return _(
                "Easier on later days than on the first, by %(value)s among equally able people: "
                "its answer may have got around."
            )
        case AlarmKind.FLAT:
            return _flat(item["flat"])
        case AlarmKind.WEAK:
            return _(
                "Discrimination %(discrimination)s: it hardly tells strong people from weak ones."
            )
        case AlarmKind.TOO_HARD:
            return _("Facility %(facility)s: too hard, almost nobody gets it right.")
        case AlarmKind.TOO_EASY:
            return _("Facility %(facility)s: too easy, almost everybody gets it right.")
        case AlarmKind.UNUSED_CHOICE:
            return _("Nobody takes choice %(choice)s: it distracts nobody.")


def _flat(flat: str) -> str:
    return {
        "nobody had it": _("Nobody had it on a paper: nothing can be said."),
        "all wrong": _("Everybody got it wrong: it tells nobody apart."),
        "all right": _("Everybody got it right: it tells nobody apart."),
    }.get(flat, _("Everybody earned the same part of its marks: it tells nobody apart."))
