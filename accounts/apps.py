from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts import verifiers


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People and approvals")

    def ready(self) -> None:
        from accounts.domain.sealing import verify_trail  # noqa: PLC0415 (needs the loaded tables)

        # Only to be heard: the receivers register themselves.
        from accounts.web import events  # noqa: F401, PLC0415

        verifiers.register("audit", verify_trail)
