from django.apps import AppConfig

from accounts import wording
from dtt.celery import app as celery_app
from dtt.wording import VERBS

__all__ = ["DttConfig", "celery_app"]


class DttConfig(AppConfig):
    name = "dtt"

    def ready(self) -> None:
        wording.register(VERBS)
