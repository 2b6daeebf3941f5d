"""A person's whole story: what each room of the house adds to it, and how its verbs are said.

A room registers a chapter when the program starts. It gets the ids of an application and of those
that were merged into it, and returns what it knows about them in a constant number of queries.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of a chapter: when, what, and the staff page on which there is more."""

    at: datetime | None
    what: str
    detail: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """What one room knows.

    Attributes:
        objects: whose audit events belong to the story: "app.model" → ids.
    """

    title: str | Promise
    facts: Sequence[Fact] = ()
    objects: Mapping[str, Collection[int]] = field(default_factory=dict)


Tell = Callable[[Sequence[int]], Chapter]

_chapters: dict[str, Tell] = {}


def _begins(chapter: Chapter) -> datetime:
    known = [fact.at for fact in chapter.facts if fact.at]
    return min(known, default=datetime.max.replace(tzinfo=UTC))


def register_chapter(name: str, tell: Tell) -> None:
    """Let a room tell its part."""
    _chapters[name] = tell


def chapters_of(application_ids: Sequence[int]) -> list[Chapter]:
    """What every room knows about these applications, the chapter that begins first first."""
    told = [tell(application_ids) for _name, tell in sorted(_chapters.items())]
    return sorted(told, key=_begins)


# What a verb of the trail is called on the pages. One without words shows its own name, spaced.
WORDS: dict[str, str | Promise] = {
    "start": _("began the application"),
    "edit": _("changed answers"),
    "submit": _("submitted the application"),
    "import": _("imported the application from a file"),
    "find-eligible": _("found eligible"),
    "find-ineligible": _("found not eligible"),
    "reconsider": _("changed an answer, so staff look again"),
    "withdraw": _("withdrew the application"),
    "restore-draft": _("took the withdrawal back"),
    "restore-submitted": _("took the withdrawal back"),
    "restore-reserve": _("took the withdrawal back: on the reserve list"),
    "restore-final-reserve": _("took the withdrawal back: on the finalists’ reserve list"),
    "merge": _("merged into another application"),
    "take-over": _("took over what the other application had"),
    "merged": _("decided: one person, two applications"),
    "distinct": _("decided: two different people"),
    "give-late-access": _("extended the deadline for this person"),
    "end-late-access": _("took the extension back"),
    "offer-place": _("offered a bootcamp place"),
    "hold-in-reserve": _("put on the reserve list"),
    "not-select": _("did not select"),
    "confirm-place": _("confirmed the place"),
    "decline-place": _("declined the place"),
    "lapse-place": _("let the place lapse: no answer in time"),
    "name-finalist": _("named a finalist"),
    "hold-in-final-reserve": _("put on the finalists’ reserve list"),
    "not-finalist": _("did not name a finalist"),
    "match": _("matched with a company"),
    "unmatch": _("took the match back"),
    "hire": _("recorded an accepted offer"),
    "open-attempt": _("began the quiz"),
    "submit-attempt": _("handed in the quiz"),
    "close-attempt": _("closed the quiz: time was up"),
    "void-attempt": _("declared the attempt void"),
    "mark-attendance": _("marked attendance"),
    "submit-project": _("handed in the mini-project"),
    "save-marks": _("saved marks"),
    "submit-marks": _("handed in marks"),
    "send-offer": _("sent an offer"),
    "accept-offer": _("accepted an offer"),
    "decline-offer": _("declined an offer"),
    "withdraw-offer": _("withdrew an offer"),
    "expire-offer": _("let an offer expire"),
    "save-ranking": _("saved a ranking"),
    "certify-ranking": _("certified a ranking"),
    "give-consent": _("gave a consent"),
    "withdraw-consent": _("withdrew a consent"),
    "upload": _("uploaded a document"),
    "view-document": _("opened a document"),
    "view-profile": _("opened the profile"),
    "view-as": _("looked at the site as this person"),
}


def say_verb(verb: str) -> str:
    """`found eligible` for `find-eligible`."""
    return str(WORDS.get(verb, verb.replace("-", " ").replace("_", " ")))
