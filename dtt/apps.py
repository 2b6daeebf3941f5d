from django.apps import AppConfig

from accounts import wording, workers
from dtt.celery import app as celery_app
from dtt.wording import VERBS

__all__ = ["DttConfig", "celery_app"]


class DttConfig(AppConfig):
    name = "dtt"

    def ready(self) -> None:
        # These need the loaded tables.
        from dtt.health import worker_is_away  # noqa: PLC0415
        from dtt.letters import KINDS  # noqa: PLC0415
        from notifications import kinds  # noqa: PLC0415

        wording.register(VERBS)
        kinds.register(KINDS)
        workers.register(worker_is_away)
