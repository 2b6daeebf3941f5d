from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QuizConfig(AppConfig):
    name = "quiz"
    verbose_name = _("Quiz")

    def ready(self) -> None:
        # Models can be imported only when the registry of apps is filled.
        from accounts import approvable, verifiers  # noqa: PLC0415
        from accounts.domain import jobs  # noqa: PLC0415
        from accounts.domain.viewing import register_hindrance  # noqa: PLC0415
        from applications import arrangements, locks, readiness  # noqa: PLC0415
        from applications.domain import cohorts, merging  # noqa: PLC0415
        from applications.story import register_chapter  # noqa: PLC0415
        from quiz import partakers, statistics_verification, story, verification  # noqa: PLC0415
        from quiz.approving import describe, find, name_all  # noqa: PLC0415
        from quiz.arranging import (  # noqa: PLC0415
            EXTRA_TIME,
            describe_reset,
            find_resets,
            name_resets,
        )
        from quiz.domain import cases, resembling, scoring, statistics  # noqa: PLC0415
        from quiz.domain.arrangements import (  # noqa: PLC0415
            RESET_KIND,
            carry_out_reset,
            pending_resets,
        )
        from quiz.domain.giving_back import follow_window  # noqa: PLC0415
        from quiz.domain.rulings import put_in_force  # noqa: PLC0415
        from quiz.domain.setting_up import copy_quiz  # noqa: PLC0415
        from quiz.domain.standing import SCORES  # noqa: PLC0415
        from quiz.foresight import void_items  # noqa: PLC0415
        from quiz.models.rulings import APPROVAL_KIND  # noqa: PLC0415
        from quiz.queries import core_scores_of, sat_the_quiz, scores_of, sitting_now  # noqa: PLC0415
        from quiz.readiness import quiz_is_set_up  # noqa: PLC0415
        from quiz.web import case_requests  # noqa: PLC0415
        from selection import foresight, partaking, pending, sources  # noqa: PLC0415

        by_topic = sources.Page(_("Your quiz by topic"), "quiz:feedback")
        sources.register("quiz.score", title=_("Quiz: marks"), scores=scores_of, more=by_topic)
        sources.register(
            "quiz.core",
            title=_("Quiz: marks in the core topics"),
            scores=core_scores_of,
            more=by_topic,
        )
        locks.register(SCORES, title=_("Answers, keys and scores of the quiz"))
        foresight.register("quiz", title=_("Quiz"), what_ifs=void_items)
        approvable.register(
            APPROVAL_KIND,
            title=_("A ruling on an item of the quiz"),
            name_all=name_all,
            find=find,
            describe=describe,
            page="admin:quiz_ruling_change",
            carry_out=put_in_force,
        )
        verifiers.register("scoring", verification.find_and_verify)
        merging.register_hold(sat_the_quiz)
        arrangements.register(EXTRA_TIME)
        register_chapter("quiz", story.tell)
        register_hindrance(sitting_now)
        cohorts.register_copier("quiz", copy_quiz)
        cohorts.register_follower("quiz", of=["quiz_closes_at"], follow=follow_window)
        approvable.register(
            RESET_KIND,
            title=_("Reset a quiz attempt on the same day"),
            name_all=name_resets,
            find=find_resets,
            describe=describe_reset,
            carry_out=carry_out_reset,
        )
        readiness.register(
            "quiz", title=_("The quiz has a blueprint and enough items"), check=quiz_is_set_up
        )
        jobs.register(
            scoring.KIND,
            scoring.run_scoring,
            title=_("Score the quiz"),
            page="admin:quiz_quiz_change",
            subject="quiz",
        )
        jobs.register(
            statistics.KIND,
            statistics.run_statistics,
            title=_("Item analysis"),
            page="admin:quiz_itemstatistics_change",
            subject="run",
        )
        verifiers.register("statistics", statistics_verification.verify_statistics)
        jobs.register(
            resembling.KIND,
            resembling.run_comparison,
            title=_("Compare the wrong answers"),
            page="admin:quiz_noticed",
            subject="quiz",
        )
        approvable.register(
            cases.APPROVAL_KIND,
            title=_("Take somebody out of the selection"),
            name_all=case_requests.name_all,
            find=case_requests.find,
            describe=case_requests.describe,
            carry_out=cases.carry_out_exclusion,
        )
        pending.register(
            "quiz.case",
            title=_("A question about a quiz is open"),
            applications_of=cases.pending_applications,
        )
        pending.register(
            "quiz.reset",
            title=_("A reset of a quiz attempt waits for a second person"),
            applications_of=pending_resets,
            can_rise=True,
        )
        partaking.register(
            "quiz.cases",
            title=_("a question about this person’s quiz"),
            people_of=partakers.of_its_cases,
        )
        partaking.register(
            "quiz.scores",
            title=_("a ruling on an item, or the scoring"),
            people_of=partakers.of_its_scores,
        )
        partaking.register(
            "quiz.sitting",
            title=_("time given back, or another sitting of the quiz"),
            people_of=partakers.of_its_sitting,
        )
