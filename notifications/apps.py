from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Messages")

    def ready(self) -> None:
        # These need the loaded tables.
        from accounts import approvable  # noqa: PLC0415
        from notifications.domain import announcing, correcting, writing  # noqa: PLC0415

        # Only to be heard: the receiver of `hooks` registers itself.
        from notifications.web import hooks  # noqa: F401, PLC0415
        from notifications.web.staff import announcing as announcement_pages  # noqa: PLC0415
        from notifications.web.staff import correcting as correction_pages  # noqa: PLC0415
        from notifications.web.staff import writing as text_pages  # noqa: PLC0415

        approvable.register(
            writing.USE_TEXT,
            title=_("Use a new text for messages"),
            describe=text_pages.describe,
            link=text_pages.link,
            carry_out=writing.use_letter,
        )
        approvable.register(
            correcting.SEND_CORRECTION,
            title=_("Send a correction to many"),
            describe=correction_pages.describe,
            link=correction_pages.link,
            carry_out=correcting.send_approved,
        )
        approvable.register(
            announcing.SEND_ANNOUNCEMENT,
            title=_("Send a letter to many"),
            describe=announcement_pages.describe,
            link=announcement_pages.link,
            carry_out=announcing.send_approved,
            when_refused=announcing.note_refusal,
            when_withdrawn=announcing.note_withdrawal,
        )
