from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    name = "matching"
    verbose_name = _("Matching")

    def ready(self) -> None:
        # These need the loaded tables.
        from accounts import approvable, verifiers  # noqa: PLC0415
        from applications import readiness  # noqa: PLC0415
        from applications.story import register_chapter  # noqa: PLC0415
        from matching import story, verification  # noqa: PLC0415
        from matching.approving import describe, find, name_all  # noqa: PLC0415
        from matching.domain.runs import has_appeared, hold_run  # noqa: PLC0415
        from matching.models import APPROVAL_KIND  # noqa: PLC0415
        from matching.readiness import no_date_on_a_holiday  # noqa: PLC0415

        verifiers.register("match", verification.find_and_verify)
        approvable.register(
            APPROVAL_KIND,
            title=_("Publish a match"),
            name_all=name_all,
            find=find,
            describe=describe,
            page="admin:matching_matchrun_change",
            happened=has_appeared,
            deed=("matching.matchrun", "publish-match"),
            hold=hold_run,
        )
        register_chapter("matching", story.tell)
        readiness.register(
            "holidays",
            title=_("No date falls on a public holiday"),
            check=no_date_on_a_holiday,
            blocks=False,
        )
