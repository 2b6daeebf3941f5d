from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MonitoringConfig(AppConfig):
    name = "monitoring"
    verbose_name = _("Equal treatment")

    def ready(self) -> None:
        # This needs the loaded tables.
        from accounts import confidential  # noqa: PLC0415

        # That somebody answered is as private as the answer: no role but the inspectors reads it.
        confidential.register(events="monitoring.answers", readers=())
