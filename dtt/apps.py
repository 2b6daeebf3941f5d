from django.apps import AppConfig

from accounts import wording
from dtt.celery import app as celery_app
from dtt.wording import VERBS

__all__ = ["DttConfig", "celery_app"]


class DttConfig(AppConfig):
    name = "dtt"

    def ready(self) -> None:
        # The languages of a letter can be imported only when the registry of apps is filled.
        from dtt.letters import KINDS  # noqa: PLC0415
        from notifications import kinds  # noqa: PLC0415

        wording.register(VERBS)
        kinds.register(KINDS)
