from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts import verifiers


class SelectionConfig(AppConfig):
    name = "selection"
    verbose_name = _("Selection")

    def ready(self) -> None:
        from selection import verification  # noqa: PLC0415 (needs the loaded tables)

        verifiers.register("selection", verification.find_and_verify)
