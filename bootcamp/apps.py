from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts import verifiers
from selection import sources


class BootcampConfig(AppConfig):
    name = "bootcamp"
    verbose_name = _("Bootcamp")

    def ready(self) -> None:
        from bootcamp import queries, verification  # noqa: PLC0415 (needs the loaded tables)

        sources.register("project.score", title=_("Mini-project"), scores=queries.project_scores)
        verifiers.register("timetable", verification.verify_timetable)
        verifiers.register("judging", verification.verify_judging)
