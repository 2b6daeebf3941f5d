from django.apps import AppConfig

from dtt.celery import app as celery_app

__all__ = ["DttConfig", "celery_app"]


class DttConfig(AppConfig):
    name = "dtt"
