from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Messages")

    def ready(self) -> None:
        # These need the loaded tables.
        from accounts import approvable, outcomes  # noqa: PLC0415
        from accounts.domain import jobs  # noqa: PLC0415
        from accounts.languages import Language  # noqa: PLC0415
        from notifications.domain import (  # noqa: PLC0415
            announcing,
            answering,
            correcting,
            sending,
            writing,
        )
        from notifications.domain import proofreading as reading  # noqa: PLC0415

        # Only to be heard: the receiver of `hooks` registers itself.
        from notifications.web import hooks  # noqa: F401, PLC0415
        from notifications.web.staff import announcing as announcement_pages  # noqa: PLC0415
        from notifications.web.staff import correcting as correction_pages  # noqa: PLC0415
        from notifications.web.staff import proofreading  # noqa: PLC0415

        outcomes.register("letter", answering.tell_what_became)
        for language, title in (
            (Language.ENGLISH, _("Read the English of a text of messages")),
            (Language.TRADITIONAL_CHINESE, _("Read the Chinese of a text of messages")),
        ):
            approvable.register(
                writing.READ[language],
                title=title,
                name_all=proofreading.name_all,
                describe=proofreading.describe,
                page=f"admin:{proofreading.PAGES[language]}",
                happened=reading.is_kept,
                hold=reading.hold,
                when_withdrawn=reading.ask_nobody,
                reads=language,
            )
        approvable.register(
            writing.READ_AS_ONE,
            title=_("Use a new text for messages"),
            name_all=proofreading.name_all,
            describe=proofreading.describe,
            happened=reading.is_kept,
            hold=reading.hold,
        )
        approvable.register(
            correcting.SEND_CORRECTION,
            title=_("Send a correction to many"),
            name_all=correction_pages.name_all,
            describe=correction_pages.describe,
            carry_out=correcting.agree_to_correction,
            when_refused=correcting.note_refusal,
            when_withdrawn=correcting.note_withdrawal,
            work=correction_pages.work_of,
        )
        approvable.register(
            sending.SEND_ANNOUNCEMENT,
            title=_("Send a letter to many"),
            name_all=announcement_pages.name_all,
            find=announcement_pages.find,
            describe=announcement_pages.describe,
            carry_out=sending.agree_to_announcement,
            when_refused=announcing.note_refusal,
            when_withdrawn=announcing.note_withdrawal,
            work=announcement_pages.work_of,
        )
        jobs.register(
            sending.JOB,
            sending.run_announcement,
            title=_("Send a letter to many"),
            page="admin:notifications_announcement_change",
            subject="announcement",
        )
        jobs.register(
            correcting.JOB,
            correcting.run_correction,
            title=_("Send a correction to many"),
            page="admin:notifications_correction_change",
            subject="correction",
        )
