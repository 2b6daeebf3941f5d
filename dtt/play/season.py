"""A season: everything that happens in one cohort, act by act, by the verbs that the pages call.

The clock is the cohort's calendar, not the wall's: each act happens when the calendar says, so that
three months pass in a minute. What Celery does in production is either awaited from a real worker
or done on the spot.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from applications.domain.importing import UnableToImport, import_file
from applications.lifecycle import STEPS
from applications.models import Application, Cohort, Institution, Stage
from dtt.play import bootcamp, matching, monitoring, people, quiz, selection
from dtt.play.crew import Alone, Crew
from dtt.play.progress import Progress, Silent
from monitoring.domain.counting import WAITS, count_published
from quiz.domain.scoring import score_chunk, score_quiz
from quiz.models import Quiz, ScoringRun
from selection.domain.expiring import expire_unanswered
from selection.domain.preparing import commit_seed
from selection.domain.replying import confirm_place, decline_place

SITS, DECLINES, STAYS_SILENT = 0.93, 0.05, 0.03
ROUNDS_OF_REPLIES = 6
EVERY_ATTEMPT = 2**62
LAST = "offers"


@dataclass
class Season:
    """Plays a cohort from the open call to the job offers.

    Attributes:
        applicants: how many made-up people apply.
        from_csv: instead, import this export.
        crew: who plays the many applicants.
        worker: a Celery worker runs; wait for it instead of doing its work here.
        seconds: how long each act took, once it is over.
    """

    cohort: Cohort
    staff: selection.Staff
    applicants: int
    seed: int = 1
    from_csv: Path | None = None
    worker: bool = False
    progress: Progress = field(default_factory=Silent)
    crew: Crew = field(default_factory=Alone)
    seconds: dict[str, float] = field(default_factory=dict)

    def play(self, until: str = LAST) -> None:
        """Play the acts in order, up to and including `until`."""
        for name, act in self.acts().items():
            self.timed(name, act)
            if name == until:
                return

    def timed(self, name: str, act: Callable[[], None]) -> None:
        """Do something and remember how long it took."""
        started = time.monotonic()
        act()
        self.seconds[name] = round(time.monotonic() - started, 3)

    def acts(self) -> dict[str, Callable[[], None]]:
        """The acts, in order."""
        return {
            "open": self.open,
            "apply": self.apply,
            "questions": self.answer_questions,
            "quiz": self.sit_the_quiz,
            "score": self.score,
            "shortlist": self.publish_shortlist,
            "confirm": self.confirm_places,
            "timetable": self.plan_bootcamp,
            "bootcamp": self.attend_bootcamp,
            "judging": self.judge_projects,
            "finalists": self.publish_finalists,
            "rankings": self.rank_each_other,
            "match": self.publish_match,
            "offers": self.make_offers,
        }

    def open(self) -> None:
        now = self.cohort.applications_open_at
        quiz.load_item_bank(by=self.staff.asker, approver=self.staff.second, now=now)
        quiz.set_up_demo_quiz(self.cohort, by=self.staff.asker, now=now)
        for step in STEPS:
            commit_seed(cohort_id=self.cohort.pk, step=step, by=self.staff.asker, now=now)

    def apply(self) -> None:
        opened, closes = self.cohort.applications_open_at, self.cohort.applications_close_at
        if self.from_csv:
            report = import_file(
                cohort_id=self.cohort.pk,
                name=self.from_csv.name,
                content=self.from_csv.read_bytes(),
                confirm=True,
                by=self.staff.asker,
                now=opened,
            )
            if report.refused:
                raise UnableToImport(report.faults[0].message)
            return
        pause = (closes - opened) / (self.applicants + 1)
        cues = [
            (self.cohort.pk, number, self.seed, opened + number * pause)
            for number in range(1, self.applicants + 1)
        ]
        for _ in self.progress.each("applications", self.crew.map(play_applicant, cues), cues):
            pass

    def answer_questions(self) -> None:
        """Most answer the optional questions on equal opportunities on the day of the deadline."""
        now = self.cohort.applications_close_at
        cues = [(one.pk, self.seed, now) for one in self.in_stage(Stage.ELIGIBLE)]
        for _ in self.progress.each("questions", self.crew.map(play_answers, cues), cues):
            pass

    def sit_the_quiz(self) -> None:
        dice = self.dice("quiz")
        opens = self.cohort.quiz_opens_at + timedelta(hours=1)
        cues = [
            (application.pk, self.seed, opens + timedelta(seconds=dice.randrange(2 * 24 * 3600)))
            for application in self.in_stage(Stage.ELIGIBLE)
            if dice.random() < SITS
        ]
        for _ in self.progress.each("quiz", self.crew.map(play_sitter, cues), cues):
            pass

    def score(self) -> None:
        now = self.cohort.quiz_closes_at + timedelta(hours=1)
        sat = Quiz.objects.get(cohort=self.cohort)
        run = score_quiz(quiz_id=sat.pk, by=self.staff.asker, now=now)
        if not self.worker:
            score_chunk(run_id=run.pk, first=0, last=EVERY_ATTEMPT, now=now)
        running = ScoringRun.objects.filter(pk=run.pk, state=ScoringRun.State.RUNNING)
        self.progress.wait("scoring by the worker", running.count)

    def publish_shortlist(self) -> None:
        self.publish("bootcamp", self.cohort.shortlist_at)

    def confirm_places(self) -> None:
        """Most confirm, some decline, a few stay silent; the next reserves are asked."""
        dice = self.dice("replies")
        asked = self.cohort.shortlist_at
        hours = timedelta(hours=self.cohort.reply_hours)
        for _ in range(ROUNDS_OF_REPLIES):
            offered = self.in_stage(Stage.PLACE_OFFERED)
            if not offered:
                return
            for application in self.progress.each("replies", offered):
                says = dice.random()
                pk, person = application.pk, application.user
                if says < DECLINES:
                    decline_place(application_id=pk, by=person, now=asked + hours / 3)
                elif says > STAYS_SILENT + DECLINES:
                    confirm_place(application_id=pk, by=person, now=asked + hours / 2)
            asked += 2 * hours
            expire_unanswered(now=asked)

    def plan_bootcamp(self) -> None:
        first = datetime.combine(
            self.cohort.bootcamp_dates[0],
            datetime.min.time(),
            tzinfo=self.cohort.shortlist_at.tzinfo,
        )
        bootcamp.prepare_bootcamp(
            self.cohort,
            by=self.staff.asker,
            now=first - timedelta(days=3),
            seed=self.seed,
        )

    def attend_bootcamp(self) -> None:
        bootcamp.attend(self.cohort, seed=self.seed)
        bootcamp.submit_projects(
            self.cohort, seed=self.seed, now=self.cohort.project_due_at - timedelta(hours=5)
        )

    def judge_projects(self) -> None:
        bootcamp.judge_projects(
            self.cohort,
            seed=self.seed,
            by=self.staff.asker,
            now=self.cohort.project_due_at + timedelta(days=2),
        )

    def publish_finalists(self) -> None:
        self.publish("final", self.cohort.finalists_at)

    def rank_each_other(self) -> None:
        now = self.cohort.finalists_at + timedelta(hours=6)
        matching.load_companies(
            self.cohort,
            by=self.staff.asker,
            approver=self.staff.second,
            now=now,
        )
        matching.rank_everything(self.cohort, seed=self.seed, now=now + timedelta(days=1))

    def publish_match(self) -> None:
        matching.publish_match_run(
            self.cohort,
            seed=self.seed,
            by=self.staff.asker,
            approver=self.staff.second,
            now=self.cohort.match_at,
        )

    def make_offers(self) -> None:
        matching.make_offers_and_answers(
            self.cohort, seed=self.seed, now=self.cohort.match_at + timedelta(hours=2)
        )

    def publish(self, step: str, at: datetime) -> None:
        """Draw up a list, have it approved, publish it at its promised instant; count it later."""
        published = selection.publish_step(
            self.cohort,
            step,
            by=self.staff.asker,
            approver=self.staff.second,
            now=at,
            worker=self.worker,
        )
        count_published(selection_id=published.pk, now=at + WAITS)

    def in_stage(self, *stages: Stage) -> list[Application]:
        return list(
            self.cohort.applications.filter(stage__in=stages).select_related("user").order_by("pk")
        )

    def dice(self, about: str) -> random.Random:
        return random.Random(f"{about} {self.seed}")


def play_applicant(cue: tuple[int, int, int, datetime]) -> None:
    """The person of this number signs up and applies to the cohort."""
    cohort_id, number, seed, now = cue
    cohort, institutions = _surroundings(cohort_id)
    persona = people.make_persona(
        number,
        days=cohort.bootcamp_dates,
        today=cohort.applications_open_at.date(),
        seed=seed,
        institutions=institutions,
    )
    people.apply(persona, cohort, now=now)


def play_answers(cue: tuple[int, int, datetime]) -> None:
    """This applicant answers the optional questions, or leaves them."""
    application_id, seed, now = cue
    application = Application.objects.select_related("user").get(pk=application_id)
    monitoring.answer_questions(application, seed=seed, now=now)


def play_sitter(cue: tuple[int, int, datetime]) -> None:
    """This applicant sits the quiz, as able as the seed made them."""
    application_id, seed, now = cue
    application = Application.objects.select_related("user").get(pk=application_id)
    ability = random.Random(f"ability {seed} {application.user.email}").gauss(0, 1)
    quiz.sit_quiz(application, skill=ability, seed=seed, now=now)


@lru_cache(maxsize=2)
def _surroundings(cohort_id: int) -> tuple[Cohort, list[Institution]]:
    return Cohort.objects.get(pk=cohort_id), list(Institution.objects.order_by("code"))
