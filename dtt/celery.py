"""The Celery application: `celery -A dtt.celery worker` and `… beat`."""

import logging
import logging.config
import os
import time
from contextvars import Token
from typing import Any

from celery import Celery, Task, signals
from django.conf import settings

from dtt import cycles, embedded, heartbeat, trace

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dtt.settings")

logger = logging.getLogger("dtt.tasks")
app = Celery("dtt")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

_under_way: dict[str, tuple[Token[str], float]] = {}


@app.on_after_configure.connect
def provide_services(**_: object) -> None:
    embedded.provide()


@signals.setup_logging.connect
def keep_our_logging(**_: object) -> None:
    """Workers write their log as the web does, whatever level they are started with."""
    logging.config.dictConfig(settings.LOGGING)


@signals.before_task_publish.connect
def pass_the_name_on(headers: dict[str, Any], **_: object) -> None:
    """A task has the name of the request or task that asks for it."""
    headers[trace.TASK_HEADER] = trace.named(trace.current())


@signals.worker_init.connect
def spare_the_processor(**_: object) -> None:
    """Before the worker parts into processes."""
    cycles.look_seldom()


@signals.task_prerun.connect
def begin_task(task_id: str, task: Task, **_: object) -> None:
    name = trace.named(task.request.get(trace.TASK_HEADER))
    _under_way[task_id] = trace.begin(name), time.perf_counter()


@signals.task_postrun.connect
def end_task(task_id: str, task: Task, state: str | None = None, **_: object) -> None:
    token, begun = _under_way.pop(task_id)
    milliseconds = round((time.perf_counter() - begun) * 1000)
    facts = {"task": task.name, "state": state, "milliseconds": milliseconds}
    logger.info("%s %s in %d ms", task.name, state, milliseconds, extra={"facts": facts})
    trace.end(token)
    heartbeat.seen(heartbeat.WORKER)


@signals.beat_init.connect
def watch_the_scheduler(**_: object) -> None:
    """In the scheduler's own process every task that is asked for shows that it is at work."""
    signals.before_task_publish.connect(_scheduler_is_at_work, weak=False)


def _scheduler_is_at_work(**_: object) -> None:
    heartbeat.seen(heartbeat.BEAT)
