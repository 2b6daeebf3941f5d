"""Where time and the lists put somebody, whether or not a sweep has come since.

A place lapses, and a reserve list closes, at an instant; the sweep that writes it down comes up to
a minute later. What a person reads follows the instant.
"""

from datetime import datetime

from applications.lifecycle import MOVES, STEPS
from applications.models import Application, Stage
from applications.published import Standing
from selection.domain.appealing import appeal_until
from selection.models import Entry
from selection.queries import list_out


def standing(application: Application, waits_in: Stage, now: datetime) -> Standing | None:
    """What `applications.published` asks; None where the stage says it all.

    Args:
        waits_in: the stage in which a list ranks them, for who is on the way to it.
    """
    for slug, way in STEPS.items():
        if application.stage == MOVES[way.reserve][1]:
            run = list_out(application.cohort_id, way.pool)
            closed = run is not None and now >= run.reserves_until
            return Standing(MOVES[way.reject][1]) if closed else None
        if way.reply and application.stage == MOVES[way.select][1]:
            over = Entry.objects.published().filter(
                application=application,
                selection__step=slug,
                reply=Entry.Reply.OFFERED,
                reply_by__lte=now,
            )
            return Standing(MOVES[way.reply.lapse][1]) if over.exists() else None
        if waits_in == way.pool:
            return _left_out(application, waits_in, now)
    return None


def _left_out(application: Application, waits_in: Stage, now: datetime) -> Standing | None:
    """Who waits for a list that is out and has no entry for them."""
    run = list_out(application.cohort_id, waits_in)
    if run is None or run.entries.filter(application=application).exists():
        return None
    until = appeal_until(run)
    return Standing(
        Stage(application.stage),
        left_out=True,
        ask_until=until if until and now < until else None,
    )
