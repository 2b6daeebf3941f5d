"""What was noticed, in plain words, each with the ordinary reasons for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from quiz.models import Signal

ORDINARY: dict[str, Promise] = {
    Signal.Kind.FOCUS_LOST.value: gettext_lazy(
        "A message, a call, a full-screen notice or a second monitor does this."
    ),
    Signal.Kind.PASTE.value: gettext_lazy(
        "People move their own text about, and keyboards of phones paste what they suggest."
    ),
    Signal.Kind.ADDRESS_CHANGED.value: gettext_lazy(
        "A phone changes it by itself: from Wi-Fi to mobile data, on a train, with a private relay."
    ),
    Signal.Kind.DEVICE_CHANGED.value: gettext_lazy(
        "Going on with another device or browser is allowed, for instance when a battery is empty."
    ),
    "resemblance": gettext_lazy(
        "People who learned from one course or book make the same mistakes. Who gave an answer "
        "first cannot be told from it."
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was noticed; `ordinary` is why it may mean nothing."""

    what: str
    detail: str
    ordinary: str


def say_evidence(rows: Iterable[Mapping[str, Any]]) -> list[Line]:
    """The rows of `quiz.domain.cases.evidence_of` as a person reads them."""
    return [_line(row) for row in rows]


def _line(row: Mapping[str, Any]) -> Line:
    ordinary = str(ORDINARY[row["kind"]])
    if row["kind"] == "resemblance":
        said = _(
            "Of %(common)d questions that both had, %(wrong)d were wrong for both, "
            "%(same)d of them with the same wrong answer."
        ) % {"common": row["common"], "wrong": row["both_wrong"], "same": row["same_wrong"]}
        return Line(_("Wrong answers like somebody else’s"), said, ordinary)
    said = ngettext("%(count)d time", "%(count)d times", row["count"]) % {"count": row["count"]}
    if row["seconds"]:
        said += " · " + ngettext(
            "%(seconds)d second together", "%(seconds)d seconds together", row["seconds"]
        ) % {"seconds": row["seconds"]}
    if row["position"]:
        said += " · " + _("question %(number)d") % {"number": row["position"]}
    what = str(Signal.Kind(row["kind"]).label)
    return Line(what[:1].upper() + what[1:], said, ordinary)
