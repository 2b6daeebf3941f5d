from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QuizConfig(AppConfig):
    name = "quiz"
    verbose_name = _("Quiz")

    def ready(self) -> None:
        # Models can be imported only when the registry of apps is filled.
        from applications.domain import merging  # noqa: PLC0415
        from quiz.queries import core_scores_of, sat_the_quiz, scores_of  # noqa: PLC0415
        from selection import sources  # noqa: PLC0415

        sources.register("quiz.score", title=_("Quiz: marks"), scores=scores_of)
        sources.register(
            "quiz.core", title=_("Quiz: marks in the core topics"), scores=core_scores_of
        )
        merging.register_hold(sat_the_quiz)
