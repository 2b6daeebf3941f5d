"""Whether a run is still what would be drawn up, and its letters what was approved."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from selection import canonical
from selection.domain.drawing import UnableToDrawUp, freeze, read_candidates
from selection.domain.preparing import current_rule
from selection.letters import told_by
from selection.models import Selection


def changes_since(selection: Selection) -> str:
    """Say how the people or scores differ from the frozen ones; blank if they do not.

    Somebody who left the pool by themselves does not make a list stale: the next in turn moves up.
    """
    try:
        candidates = read_candidates(
            cohort_id=selection.cohort_id, step=selection.step, rule=selection.rule
        )
    except UnableToDrawUp as error:
        return str(error)
    rule = current_rule(cohort=selection.cohort, step=selection.step, now=selection.created_at)
    fresh = freeze(selection.cohort, rule, selection.seed, candidates)
    frozen = dict(selection.inputs["candidates"])
    current = dict(fresh.pop("candidates"))
    joined = len(current.keys() - frozen.keys())
    if joined:
        return ngettext(
            "One person has joined since the list was drawn up.",
            "%(count)s people have joined since the list was drawn up.",
            joined,
        ) % {"count": joined}
    changed = sum(scores != frozen[pk] for pk, scores in current.items())
    if changed:
        return ngettext(
            "One person’s scores have changed since the list was drawn up.",
            "The scores of %(count)s people have changed since the list was drawn up.",
            changed,
        ) % {"count": changed}
    terms = {name: value for name, value in selection.inputs.items() if name != "candidates"}
    if canonical.digest(terms) != canonical.digest(fresh):
        return _(
            "The places, the rule or who is moved by hand have changed since the list was drawn up."
        )
    return ""


def letters_changed(selection: Selection) -> str:
    """Say that the letters are not those that approval was asked for; blank if they are."""
    if not selection.told_by or selection.told_by == told_by(selection):
        return ""
    return _(
        "The texts or the dates of the letters have changed since approval was asked for. Ask for "
        "it again."
    )
