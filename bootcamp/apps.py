from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts import verifiers
from selection import sources


class BootcampConfig(AppConfig):
    name = "bootcamp"
    verbose_name = _("Bootcamp")

    def ready(self) -> None:
        # These need the loaded tables.
        from applications import locks, readiness  # noqa: PLC0415
        from applications.domain import cohorts, stages  # noqa: PLC0415
        from applications.lifecycle import IN_BOOTCAMP  # noqa: PLC0415
        from applications.story import register_chapter  # noqa: PLC0415
        from bootcamp import partakers, queries, story, verification  # noqa: PLC0415
        from bootcamp.domain.attendance import ATTENDANCE  # noqa: PLC0415
        from bootcamp.domain.copying import copy_bootcamp  # noqa: PLC0415
        from bootcamp.domain.returning import welcome_back  # noqa: PLC0415
        from bootcamp.readiness import criteria_are_there  # noqa: PLC0415
        from selection import partaking  # noqa: PLC0415

        sources.register("project.score", title=_("Mini-project"), scores=queries.project_scores)
        locks.register(ATTENDANCE, title=_("Attendance of the bootcamp"))
        sources.register(
            "bootcamp.attendance",
            title=_("Bootcamp: share of the days attended"),
            scores=queries.attendance_shares,
        )
        sources.register(
            "bootcamp.enough",
            title=_("Bootcamp: attendance on enough days"),
            scores=queries.attended_enough,
        )
        verifiers.register("timetable", verification.verify_timetable)
        verifiers.register("judging", verification.verify_judging)
        register_chapter("bootcamp", story.tell)
        cohorts.register_copier("bootcamp", copy_bootcamp)
        stages.register_arrival("bootcamp", into=IN_BOOTCAMP, arrive=welcome_back)
        partaking.register(
            "bootcamp.marks",
            title=_("the marks of this person’s project, or their count"),
            people_of=partakers.of_its_marks,
        )
        partaking.register(
            "bootcamp.attendance",
            title=_("this person’s attendance"),
            people_of=partakers.of_its_attendance,
        )
        readiness.register(
            "bootcamp",
            title=_("What is taught and how projects are judged is settled"),
            check=criteria_are_there,
        )
