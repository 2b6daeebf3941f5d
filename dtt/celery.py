"""The Celery application: `celery -A dtt.celery worker` and `… beat`."""

import os

from celery import Celery

from dtt import embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dtt.settings")

app = Celery("dtt")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_configure.connect
def provide_services(**_: object) -> None:
    embedded.provide()
