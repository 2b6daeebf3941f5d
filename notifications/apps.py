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
        from notifications.domain import answering, correcting, sending, writing  # noqa: PLC0415
        from notifications.domain import proofreading as reading  # noqa: PLC0415

        # Only to be heard: the receiver of `hooks` registers itself.
        from notifications.web import hooks  # noqa: F401, PLC0415
        from notifications.web.staff import announcing as announcement_pages  # noqa: PLC0415
        from notifications.web.staff import comparing, proofreading  # noqa: PLC0415
        from notifications.web.staff import correcting as correction_pages  # noqa: PLC0415

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
                reads=(language,),
            )
        approvable.register(
            writing.READ_AS_ONE,
            title=_("Use a new text for messages"),
            name_all=proofreading.name_all,
            describe=proofreading.describe,
            happened=reading.is_kept,
            hold=reading.hold,
        )
        for life, title, pages, find in (
            (correcting.CORRECTIONS, _("Send a correction to many"), correction_pages, None),
            (
                sending.ANNOUNCEMENTS,
                _("Send a letter to many"),
                announcement_pages,
                announcement_pages.find,
            ),
        ):
            approvable.register(
                life.kind,
                title=title,
                name_all=pages.name_all,
                find=find,
                describe=pages.describe,
                carry_out=life.agree,
                when_refused=life.note_refusal,
                when_withdrawn=life.note_withdrawal,
                work=life.work_of,
                template="notifications/staff/agree.html",
                shown=pages.shown,
                confirms=comparing.READ_BOTH,
                reads=tuple(Language),
            )
            jobs.register(
                life.job,
                life.run,
                title=title,
                page=f"admin:notifications_{life.name}_change",
                subject=life.name,
            )
