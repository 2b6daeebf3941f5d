"""What a person has to do now. Each app that asks something of applicants adds its rule here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from applications.chapters import MATCH
from applications.domain.documents import ASKED, Readiness, readiness
from applications.domain.lateness import closes_for
from applications.domain.texts import to_accept_again
from applications.models import Application, Stage
from applications.published import standing
from applications.queries import cvs_of
from bootcamp.queries import timetable_of
from matching.queries import offer_to_answer, published_run
from quiz.domain.cases import case_to_answer
from quiz.queries import attempt_of, quiz_of
from selection.queries import open_offer


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do: the words of its button, where it is done, and by when."""

    label: str
    url: str
    by: datetime | None = None


NEVER = datetime.max.replace(tzinfo=UTC)
Rule = Callable[[Application, datetime], Todo | None]


def finish_the_application(application: Application, now: datetime) -> Todo | None:
    """A draft can be finished until applications close."""
    if application.stage != Stage.DRAFT:
        return None
    close = closes_for(application)
    if now >= close:
        return None
    return Todo(_("Continue your application"), application.get_absolute_url(), close)


def accept_what_changed(application: Application, now: datetime) -> Todo | None:
    """Read and accept a text whose meaning has changed since the submission."""
    if not to_accept_again(application):
        return None
    page = reverse("applications:accept", args=[application.reference])
    return Todo(_("Read what has changed and confirm"), page)


def sit_the_quiz(application: Application, now: datetime) -> Todo | None:
    """Start the quiz, or go on with it, while it is open."""
    if application.stage != Stage.ELIGIBLE:
        return None
    attempt = attempt_of(application)
    if attempt is None:
        quiz = quiz_of(application.cohort_id)
        if quiz is None or not quiz.opens_at <= now < quiz.closes_at:
            return None
        start = reverse("quiz:start", args=[application.reference])
        return Todo(_("Start the quiz"), start, quiz.closes_at)
    if attempt.is_open and now < attempt.saves_until:
        runner = reverse("quiz:attempt", args=[application.reference])
        return Todo(_("Go on with the quiz"), runner, attempt.deadline_at)
    return None


def answer_the_question(application: Application, now: datetime) -> Todo | None:
    """Reply to a question about one's own sitting, as long as there is time."""
    case = case_to_answer(application, now)
    if case is None:
        return None
    return Todo(_("Answer a question about your quiz"), case.get_absolute_url(), case.reply_by)


def reply_to_the_place(application: Application, now: datetime) -> Todo | None:
    """Confirm or decline an offered place."""
    if application.stage != Stage.PLACE_OFFERED:
        return None
    entry = open_offer(application.pk, now)
    if entry is None:  # lapsed, though no sweep has come since
        return None
    page = reverse("selection:result", args=[application.reference])
    return Todo(_("Confirm your place"), page, entry.reply_by)


def read_the_result(application: Application, now: datetime) -> Todo | None:
    """Read a published result, or whom to ask about a list that came out without one.

    Nothing has to be answered.
    """
    stands = standing(application, now)
    told = stands.stage in (Stage.RESERVE, Stage.NOT_SELECTED, Stage.NOT_FINALIST)
    if not told and not stands.left_out:
        return None
    page = reverse("selection:result", args=[application.reference])
    return Todo(_("Read your result"), page)


def see_the_timetable(application: Application, now: datetime) -> Todo | None:
    """From the publication of the timetable until the projects are due."""
    if application.stage != Stage.PLACE_CONFIRMED or now >= application.cohort.project_due_at:
        return None
    if not timetable_of(application).exists():
        return None
    page = reverse("bootcamp:timetable", args=[application.reference])
    return Todo(_("See your timetable"), page)


def submit_the_project(application: Application, now: datetime) -> Todo | None:
    """Submit the mini-project, or replace it until it is due."""
    due = application.cohort.project_due_at
    if application.stage != Stage.PLACE_CONFIRMED or now >= due:
        return None
    page = reverse("bootcamp:project", args=[application.reference])
    return Todo(_("Submit your mini-project"), page, due)


def upload_the_cv(application: Application, now: datetime) -> Todo | None:
    """Whoever companies may come to look at uploads a CV, or another one if it was refused."""
    close = application.cohort.rankings_close_at
    if application.stage not in ASKED or now >= close:
        return None
    document = cvs_of([application.pk]).get(application.pk)
    page = reverse("applications:cv", args=[application.reference])
    if document is None:
        return Todo(_("Upload your CV"), page, close)
    if readiness(document) is Readiness.REFUSED:
        return Todo(_("Upload another CV: that one was refused"), page, close)
    return None


def rank_opportunities(application: Application, now: datetime) -> Todo | None:
    """Finalists choose who sees their profile and rank what they would take."""
    close = application.cohort.rankings_close_at
    if application.stage != Stage.FINALIST or now >= close:
        return None
    page = reverse("matching:opportunities", args=[application.reference])
    return Todo(_("Choose and rank opportunities"), page, close)


def see_the_match(application: Application, now: datetime) -> Todo | None:
    """What the match brought, also if it brought nothing, or the offer that waits for an answer."""
    left_over = application.stage == Stage.FINALIST and published_run(application.cohort_id)
    if application.stage not in (Stage.MATCHED, Stage.HIRED) and not left_over:
        return None
    offer = offer_to_answer(application.pk)
    if offer is not None:
        page = reverse("matching:offer", args=[offer.reference])
        return Todo(_("Answer your offer"), page, offer.expires_at)
    return Todo(_("See your match"), reverse("matching:result", args=[application.reference]))


RULES: tuple[Rule, ...] = (
    finish_the_application,
    accept_what_changed,
    sit_the_quiz,
    answer_the_question,
    reply_to_the_place,
    read_the_result,
    see_the_timetable,
    submit_the_project,
    upload_the_cv,
    rank_opportunities,
    see_the_match,
)


def published_for(application: Application) -> set[str]:
    """What has been made public that changes the story of somebody in this stage."""
    if application.stage == Stage.FINALIST and published_run(application.cohort_id):
        return {MATCH}
    return set()


def todos_for(application: Application, now: datetime) -> list[Todo]:
    """Everything this application waits for its applicant to do, the most urgent first."""
    todos = [todo for rule in RULES if (todo := rule(application, now))]
    return sorted(todos, key=lambda todo: todo.by or NEVER)
