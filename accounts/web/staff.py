"""Where a request for approval leads: the page on which it can be read and decided."""

from typing import NamedTuple

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Approval


class Kind(NamedTuple):
    """What is asked for, in words, and the address of the page of what it concerns."""

    label: str | Promise
    page: str


KINDS: dict[str, Kind] = {
    "publish-selection": Kind(_("Publish a list"), "admin:selection_selection_change"),
    "publish-match": Kind(_("Publish a match"), "admin:matching_matchrun_change"),
}


def kind_of(approval: Approval) -> str:
    """What is asked for, in the reader's language; a kind without words says its own name."""
    known = KINDS.get(approval.kind)
    return str(known.label) if known else approval.kind


def page_of(approval: Approval) -> str | None:
    """The page of what is to be approved, or None where that kind has none."""
    known = KINDS.get(approval.kind)
    return reverse(known.page, args=[approval.object_id]) if known else None
