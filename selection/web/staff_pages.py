"""What the staff's page of one run shows."""

from datetime import datetime
from typing import Any

from django.conf import settings

from accounts.domain.approvals import why_taken_back
from accounts.domain.jobs import newest_job
from accounts.web import jobs
from selection import pending, queries
from selection.cautions import cautions
from selection.domain.by_hand import PUBLISH
from selection.domain.drawing import RANK
from selection.domain.publishing import requests_of
from selection.domain.staleness import changes_since, letters_changed
from selection.histogram import histogram
from selection.models import APPROVAL_KIND, Entry, Selection
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
    work = how_far(selection, RANK, PUBLISH)
    if not selection.result_digest:
        return {"selection": selection, "ranked": False, **work}
    in_work = selection.state == Selection.State.DRAWN
    scores = [
        (score, outcome == Entry.Outcome.SELECTED)
        for score, outcome in selection.entries.values_list("score", "outcome")
        if score is not None
    ]
    line_at = queries.line_at(selection)
    requests = [(one, one.state_at(now)) for one in requests_of(selection)]
    return {
        **work,
        "selection": selection,
        "ranked": True,
        "in_work": in_work,
        "histogram": histogram(scores, selection.cut_score),
        "outcomes": queries.counts_by_outcome(selection),
        "replies": queries.counts_by_reply(selection),
        "line_at": line_at,
        "near_line": queries.near_line(selection, line_at),
        "changes": queries.changes_from_last(selection),
        "overrides": queries.overrides_of(selection),
        "override_form": OverrideForm(),
        "tied": queries.tied_at_line(selection),
        "free": queries.free_places(selection, now),
        "declined": queries.declined(selection),
        "undo_form": UndoForm(),
        "not_ranked": queries.not_ranked(selection),
        "pending": pending.matters_of(selection, now) if in_work else [],
        "requests": requests,
        "open_request": next((one for one, _said in requests if one.waits(now)), None)
        if in_work
        else None,
        "taken_back": why_taken_back(kind=APPROVAL_KIND, object_id=selection.pk) if in_work else "",
        "change": changes_since(selection) if in_work else "",
        "letters_changed": letters_changed(selection) if in_work else "",
        "decision_form": DecisionForm(initial={"digest": selection.digest}),
        "discard_form": DiscardForm(),
        "export_form": ExportForm(),
        **(_before_publication(selection, now) if in_work else {}),
    }


def _before_publication(selection: Selection, now: datetime) -> dict[str, Any]:
    """Who will be told what, what is unusual about them, and the forms that ask for the numbers."""
    foretold = foretell(selection)
    return {
        "foretold": foretold,
        "groups": previews(selection, foretold, {"site_url": settings.SITE_URL}, now),
        "cautions": cautions(selection, foretold),
        "request_form": RequestForm(auto_id="request_%s", foretold=foretold),
        "publish_form": PublishForm(auto_id="publish_%s", foretold=foretold),
    }


def how_far(selection: Selection, *kinds: str) -> dict[str, Any]:
    """The bar of the work on a run that goes on, or the newest job as it `ended`; one query."""
    return jobs.how_far(newest_job(kinds, {"selection": selection.pk}))
