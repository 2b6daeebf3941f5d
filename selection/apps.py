from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts import verifiers


class SelectionConfig(AppConfig):
    name = "selection"
    verbose_name = _("Selection")

    def ready(self) -> None:
        # These need the loaded tables.
        from accounts import approvable  # noqa: PLC0415
        from applications.domain import cohorts  # noqa: PLC0415
        from applications.story import register_chapter  # noqa: PLC0415
        from selection import story, verification  # noqa: PLC0415
        from selection.approving import describe, describe_override  # noqa: PLC0415
        from selection.domain.copying import copy_rules  # noqa: PLC0415
        from selection.domain.overriding import KIND as OVERRIDE  # noqa: PLC0415
        from selection.domain.overriding import agree_override  # noqa: PLC0415
        from selection.models import APPROVAL_KIND  # noqa: PLC0415

        verifiers.register("selection", verification.find_and_verify)
        approvable.register(
            APPROVAL_KIND,
            title=_("Publish a list"),
            describe=describe,
            page="admin:selection_selection_change",
        )
        approvable.register(
            OVERRIDE,
            title=_("Move somebody across the line"),
            describe=describe_override,
            carry_out=agree_override,
        )
        register_chapter("selection", story.tell)
        cohorts.register_copier("selection", copy_rules)
