from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    name = "matching"
    verbose_name = _("Matching")

    def ready(self) -> None:
        from accounts import verifiers  # noqa: PLC0415
        from matching import verification  # noqa: PLC0415 (needs the loaded tables)

        verifiers.register("match", verification.find_and_verify)
