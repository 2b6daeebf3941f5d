"""What must be so before somebody decides a request: it is theirs, and they did what it takes."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from accounts import approvable
from accounts.domain.readers import why_not_a_reader
from accounts.models import User
from accounts.roles import has_role


def why_not_theirs(kind: str, person: User) -> str:
    """Why requests of a kind are not somebody's to decide; blank if they are.

    That they are on record as reading its languages stays so until the transaction ends.
    """
    known = approvable.known(kind)
    if not has_role(*known.deciders)(person):
        return _("Somebody with another role decides this.")
    return why_not_a_reader(person=person, languages=known.reads)


def why_unconfirmed(kind: str, confirmed: Collection[str]) -> str:
    """What has not been confirmed of what must be before it is approved; blank if all has."""
    missing = [
        str(words) for name, words in approvable.known(kind).confirms if name not in confirmed
    ]
    if not missing:
        return ""
    return _("To approve this, tick each of these once you have done it: %(what)s.") % {
        "what": "; ".join(missing)
    }
