"""What the staff's page of one run shows."""

from datetime import datetime
from typing import Any

from django.conf import settings

from selection import pending, queries
from selection.cautions import cautions
from selection.domain.publishing import (
    changes_since,
    letters_changed,
    open_request,
    requests_of,
)
from selection.histogram import histogram
from selection.models import Entry, Selection
from selection.previews import foretell, previews
from selection.web.staff_forms import (
    DecisionForm,
    DiscardForm,
    ExportForm,
    OverrideForm,
    PublishForm,
    RequestForm,
    UndoForm,
)


def line_page(selection: Selection, now: datetime) -> dict[str, Any]:
    """Everything on the page, in a constant number of queries whatever the length of the list."""
    if not selection.result_digest:
        return {"selection": selection, "ranked": False}
    in_work = selection.state == Selection.State.DRAWN
    scores = [
        score
        for score in selection.entries.order_by("position").values_list("score", flat=True)
        if score is not None
    ]
    line_at = queries.line_at(selection)
    changes = queries.changes_from_last(selection)
    return {
        "selection": selection,
        "ranked": True,
        "in_work": in_work,
        "histogram": histogram(scores, line_at),
        "outcomes": queries.counts_by_outcome(selection),
        "replies": queries.counts_by_reply(selection),
        "line_at": line_at,
        "near_line": queries.near_line(selection, line_at),
        "changes": changes,
        "overrides": queries.overrides_of(selection),
        "override_form": OverrideForm(),
        "tied": queries.tied_at_line(selection),
        "declined": queries.declined(selection),
        "undo_form": UndoForm(),
        "not_ranked": queries.not_ranked(selection),
        "pending": pending.matters_of(selection, now) if in_work else [],
        "requests": requests_of(selection),
        "open_request": open_request(selection) if in_work else None,
        "change": changes_since(selection) if in_work else "",
        "letters_changed": letters_changed(selection) if in_work else "",
        "decision_form": DecisionForm(initial={"digest": selection.digest}),
        "discard_form": DiscardForm(),
        "export_form": ExportForm(),
        **(_before_publication(selection, changes or [], now) if in_work else {}),
    }


def _before_publication(
    selection: Selection, changes: list[queries.Change], now: datetime
) -> dict[str, Any]:
    """Who will be told what, what is unusual about them, and the forms that ask for the numbers."""
    foretold = foretell(selection)
    into = [one for one in changes if one.after and one.after.outcome == Entry.Outcome.SELECTED]
    return {
        "foretold": foretold,
        "into": into,
        "out": [one for one in changes if one not in into],
        "groups": previews(selection, foretold, {"site_url": settings.SITE_URL}, now),
        "cautions": cautions(selection, foretold),
        "request_form": RequestForm(auto_id="request_%s", foretold=foretold),
        "publish_form": PublishForm(auto_id="publish_%s", foretold=foretold),
    }
