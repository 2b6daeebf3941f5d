"""Take a published run out of the house."""

import json
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from selection.exporting import run_as_json
from selection.models import Selection


class UnableToExport(Refused):
    """No file was made; the message says why."""


def export_run(*, selection_id: int, reason: str, by: User, now: datetime) -> bytes:
    """The run as JSON in UTF-8, for `docs/verify_selection.py`; the trail says who took it and why.

    Raises:
        UnableToExport: it is not published (its seed is still a secret), or no reason is given.
    """
    if not reason.strip():
        raise UnableToExport(_("Say what the file is for. It is kept in the trail."))
    with transaction.atomic():
        selection = Selection.objects.select_related("cohort", "rule", "seed").get(pk=selection_id)
        if selection.state != Selection.State.PUBLISHED:
            raise UnableToExport(
                _("This list is not published yet. Until then its seed is a secret.")
            )
        audit.record(
            selection,
            "export-run",
            by=by,
            now=now,
            after={"people": len(selection.inputs["candidates"])},
            reason=reason.strip(),
        )
        text = json.dumps(run_as_json(selection), ensure_ascii=False, indent=1)
    return text.encode()
