"""What the verbs of the trail are called. Every app's words are registered here.

A verb without words is shown as it is written, with spaces.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

_words: dict[str, str | Promise] = {
    "register": _("Made an account"),
    "grant-role": _("Gave a role"),
    "take-role": _("Took a role away"),
    "request-approval": _("Asked for approval"),
    "approved": _("Approved"),
    "refused": _("Refused"),
    "void-approval": _("Made a request void"),
    "withdraw-request": _("Withdrew a request"),
    "clear-lapsed-request": _("Cleared a request that had lapsed"),
    "take-approval-back": _("Took an approval back"),
    "view-as-start": _("Began to view the site as this person"),
    "view-as-page": _("Looked at a page as this person"),
    "view-as-stop": _("Stopped viewing the site as this person"),
}


def register(words: Mapping[str, str | Promise]) -> None:
    """Say what some verbs are called."""
    _words.update(words)


def has_words(verb: str) -> bool:
    """Whether somebody has said what this verb is called."""
    return verb in _words


def say_verb(verb: str) -> str:
    """A verb of the trail in the reader's language."""
    return str(_words.get(verb) or capfirst(verb.replace("-", " ").replace("_", " ")))


def verbs() -> list[tuple[str, str]]:
    """Every verb that has words, and the words, in their order."""
    return sorted(((verb, str(words)) for verb, words in _words.items()), key=lambda one: one[1])
