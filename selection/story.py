"""What the lists add to a person's story."""

from collections.abc import Iterator, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.story import Chapter, Fact
from selection import sources
from selection.domain.overriding import KIND as OVERRIDE
from selection.domain.overriding import asked_about
from selection.models import APPROVAL_KIND, Appeal, Entry, Override, Selection
from selection.programme import LISTINGS
from selection.wording import say_score

TITLE = gettext_lazy("Lists")


def tell(application_ids: Sequence[int]) -> Chapter:
    """Every run in which these applications were ranked, published or not, the appeals against
    it, and who was moved by hand; two queries."""
    entries = list(
        Entry.objects.filter(application__in=application_ids)
        .exclude(selection__state=Selection.State.DISCARDED)
        .select_related("selection__cohort", "application", "appeal__made_by", "appeal__decided_by")
        .defer("selection__inputs")
        .order_by("selection__created_at", "pk")
    )
    appeals = [entry.appeal for entry in entries if hasattr(entry, "appeal")]
    overrides = list(
        Override.objects.filter(application__in=application_ids)
        .select_related("asked_by", "agreed_by", "taken_back_by")
        .order_by("agreed_at", "pk")
    )
    facts = [_ranked(entry) for entry in entries]
    for appeal in appeals:
        facts += _appealed(appeal)
    for override in overrides:
        facts += _moved(override)
    runs = {entry.selection_id for entry in entries}
    return Chapter(
        TITLE,
        facts,
        objects={
            Selection._meta.label_lower: runs,
            Appeal._meta.label_lower: [appeal.pk for appeal in appeals],
            Override._meta.label_lower: [override.pk for override in overrides],
        },
        approvals={
            APPROVAL_KIND: runs,
            OVERRIDE: [asked_about(step, pk) for step in LISTINGS for pk in application_ids],
        },
    )


def _ranked(entry: Entry) -> Fact:
    selection = entry.selection
    said = [str(entry.get_outcome_display())]
    if entry.position:
        said.append(_("position %(number)d") % {"number": entry.position})
    if entry.reserve_position:
        said.append(_("reserve %(number)d") % {"number": entry.reserve_position})
    if entry.score is not None:
        said.append(_("score %(score)s") % {"score": say_score(entry.score)})
    said += [f"{sources.title_of(name)}: {score}" for name, score in entry.scores.items() if score]
    if entry.reply != Entry.Reply.NONE:
        said.append(str(entry.get_reply_display()))
    if entry.reply == Entry.Reply.LEFT:
        said.append(str(entry.get_left_as_display()))
    return Fact(
        at=selection.published_at or selection.created_at,
        what=f"{selection.listing.title} ({selection.get_state_display()})",
        detail=" · ".join(said),
        url=reverse("admin:selection_selection_change", args=[selection.pk]),
    )


def _appealed(appeal: Appeal) -> Iterator[Fact]:
    page = reverse("admin:selection_appeal_change", args=[appeal.pk])
    yield Fact(
        at=appeal.made_at,
        what=_("Appeal: %(ground)s") % {"ground": appeal.get_ground_display()},
        detail=appeal.text,
        url=page,
    )
    if appeal.decided_at is not None:
        yield Fact(
            at=appeal.decided_at,
            what=_("The appeal was decided: %(state)s") % {"state": appeal.get_state_display()},
            detail=f"{appeal.decided_by} · {appeal.reason}",
            url=page,
        )


def _moved(override: Override) -> Iterator[Fact]:
    what = f"{LISTINGS[override.step].title}: {override.get_way_display()}"
    by = _("asked for by %(asker)s, agreed to by %(second)s") % {
        "asker": override.asked_by,
        "second": override.agreed_by,
    }
    yield Fact(
        at=override.agreed_at,
        what=what,
        detail=f"{override.get_category_display()} · {override.reason} · {by}",
    )
    if override.taken_back_at is not None:
        yield Fact(
            at=override.taken_back_at,
            what=_("%(what)s (taken back)") % {"what": what},
            detail=str(override.taken_back_by),
        )
