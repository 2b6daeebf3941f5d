"""Why an application was not among those whom a list ranked, when the list came out.

For the person: what had been decided about them, and never that they withdrew when they did not.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications.models import Stage

S = Stage
NO_PLACE = _("You did not hold a place in the bootcamp any more when this list came out.")
WHY: dict[str, Promise] = {
    S.INELIGIBLE: _(
        "Before this list came out it was decided that you cannot take part in this cohort. We "
        "wrote to you why."
    ),
    S.MERGED: _(
        "You had applied twice, and the two applications were made one before this list came out. "
        "The other application goes on."
    ),
    S.PLACE_DECLINED: NO_PLACE,
    S.PLACE_LAPSED: NO_PLACE,
    S.PLACE_OFFERED: NO_PLACE,
    S.RESERVE: NO_PLACE,
    S.NOT_SELECTED: NO_PLACE,
}
OTHERWISE = _("You did not wait for this list any more when it came out.")


def why_outside(stage: str) -> str:
    """Say it for who stood in this stage, in the active language."""
    return str(WHY.get(stage, OTHERWISE))
