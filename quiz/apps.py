from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QuizConfig(AppConfig):
    name = "quiz"
    verbose_name = _("Quiz")

    def ready(self) -> None:
        # Models can be imported only when the registry of apps is filled.
        from accounts import approvable  # noqa: PLC0415
        from accounts.domain.viewing import register_hindrance  # noqa: PLC0415
        from applications import arrangements, readiness  # noqa: PLC0415
        from applications.domain import cohorts, merging  # noqa: PLC0415
        from applications.story import register_chapter  # noqa: PLC0415
        from quiz import story  # noqa: PLC0415
        from quiz.arranging import EXTRA_TIME, describe_reset, link_of_reset  # noqa: PLC0415
        from quiz.domain.arrangements import RESET_KIND, carry_out_reset  # noqa: PLC0415
        from quiz.domain.giving_back import follow_window  # noqa: PLC0415
        from quiz.domain.setting_up import copy_quiz  # noqa: PLC0415
        from quiz.queries import core_scores_of, sat_the_quiz, scores_of, sitting_now  # noqa: PLC0415
        from quiz.readiness import quiz_is_set_up  # noqa: PLC0415
        from selection import sources  # noqa: PLC0415

        sources.register("quiz.score", title=_("Quiz: marks"), scores=scores_of)
        sources.register(
            "quiz.core", title=_("Quiz: marks in the core topics"), scores=core_scores_of
        )
        merging.register_hold(sat_the_quiz)
        arrangements.register(EXTRA_TIME)
        register_chapter("quiz", story.tell)
        register_hindrance(sitting_now)
        cohorts.register_copier("quiz", copy_quiz)
        cohorts.register_follower("quiz", of=["quiz_closes_at"], follow=follow_window)
        approvable.register(
            RESET_KIND,
            title=_("Reset a quiz attempt on the same day"),
            describe=describe_reset,
            link=link_of_reset,
            carry_out=carry_out_reset,
        )
        readiness.register(
            "quiz", title=_("The quiz has a blueprint and enough items"), check=quiz_is_set_up
        )
