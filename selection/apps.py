from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts import verifiers


class SelectionConfig(AppConfig):
    name = "selection"
    verbose_name = _("Selection")

    def ready(self) -> None:
        # These need the loaded tables.
        from accounts import approvable  # noqa: PLC0415
        from accounts.domain import jobs  # noqa: PLC0415
        from applications import locks, published  # noqa: PLC0415
        from applications.domain import cohorts  # noqa: PLC0415
        from applications.domain.access import undecided_requests  # noqa: PLC0415
        from applications.domain.duplicates import undecided_duplicates  # noqa: PLC0415
        from applications.domain.review import undecided_eligibility  # noqa: PLC0415
        from applications.story import register_chapter  # noqa: PLC0415
        from selection import (  # noqa: PLC0415
            committed,
            locked,
            partakers,
            partaking,
            pending,
            story,
            verification,
        )
        from selection.approving import (  # noqa: PLC0415
            describe,
            describe_override,
            find_lists,
            find_overrides,
            name_lists,
            name_overrides,
        )
        from selection.domain.by_hand import PUBLISH, run_publication  # noqa: PLC0415
        from selection.domain.copying import copy_rules  # noqa: PLC0415
        from selection.domain.drawing import RANK, run_ranking  # noqa: PLC0415
        from selection.domain.foreseeing import FORESEE, run_foresight  # noqa: PLC0415
        from selection.domain.overriding import KIND as OVERRIDE  # noqa: PLC0415
        from selection.domain.overriding import agree_override  # noqa: PLC0415
        from selection.domain.publishing import has_appeared, hold_run  # noqa: PLC0415
        from selection.domain.returning import hold, settle, way_back, why_not_back  # noqa: PLC0415
        from selection.models import APPROVAL_KIND  # noqa: PLC0415
        from selection.standing import standings  # noqa: PLC0415

        verifiers.register("selection", verification.find_and_verify)
        approvable.register(
            APPROVAL_KIND,
            title=_("Publish a list"),
            name_all=name_lists,
            find=find_lists,
            describe=describe,
            page="admin:selection_selection_change",
            happened=has_appeared,
            deed=("selection.selection", "publish"),
            hold=hold_run,
        )
        approvable.register(
            OVERRIDE,
            title=_("Move somebody across the line"),
            name_all=name_overrides,
            find=find_overrides,
            describe=describe_override,
            carry_out=agree_override,
        )
        locks.register_effects(locked.effects)
        pending.register(
            "applications.access",
            title=_("The accommodation officer has not answered a request"),
            applications_of=undecided_requests,
            can_rise=True,
            names_nobody=True,
        )
        pending.register(
            "applications.duplicate",
            title=_("Two applications may be one person’s"),
            applications_of=undecided_duplicates,
        )
        pending.register(
            "applications.eligibility",
            title=_("It is not decided whether somebody may take part"),
            applications_of=undecided_eligibility,
            can_rise=True,
        )
        for name, title, people_of in (
            ("list", _("drawing up, putting aside or publishing this list, or its rule"),
             partakers.of_the_list),
            ("approval", _("the approval of this list"), partakers.of_its_approval),
            ("overrides", _("moving somebody of this list by hand"),
             partakers.of_its_overrides),
            ("application", _("a decision about this application"),
             partakers.of_the_application),
            ("appeals", _("another appeal of this person"), partakers.of_other_appeals),
        ):  # fmt: skip
            partaking.register(f"selection.{name}", title=title, people_of=people_of)
        published.register(
            "selection",
            published.Room(
                why_not_back=why_not_back,
                hold=hold,
                way_back=way_back,
                settle=settle,
                standings=standings,
            ),
        )
        register_chapter("selection", story.tell)
        page = "admin:selection_selection_change"
        for kind, run, title in (
            (RANK, run_ranking, _("Rank a list")),
            (PUBLISH, run_publication, _("Publish a list")),
        ):
            jobs.register(kind, run, title=title, page=page, subject="selection")
        jobs.register(
            FORESEE,
            run_foresight,
            title=_("What would move the line"),
            page="admin:selection_selection_sensitivity",
            subject="selection",
        )
        cohorts.register_copier("selection", copy_rules)
        committed.register_guards()
