"""What Prometheus is told.

Requests are counted where they are answered: every process of the web server writes its counts into
files of one folder (the library's multi-process mode), and whichever process is asked adds them up.
All else is read from PostgreSQL and the broker at the moment of the scrape, so no count can differ
from the tables, and a program that was started anew knows the same as before.
"""

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db.models import Count
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from accounts.models import Job
from dtt import health
from notifications.models import Message
from quiz.models import Attempt

REQUESTS = Histogram(
    "dtt_request_seconds",
    "Requests by view, method and status, with the time the server took",
    ("view", "method", "status"),
    buckets=(0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10),
)
METHODS = frozenset({"GET", "HEAD", "POST"})


def observe_request(*, view: str, method: str, status: int, seconds: float) -> None:
    """Count an answered request. What is no method of ours has one name: anybody invents some."""
    known = method if method in METHODS else "other"
    REQUESTS.labels(view, known, str(status)).observe(seconds)


def exposition() -> bytes:
    """Everything, in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    MultiProcessCollector(registry, path=str(settings.METRICS_DIR))
    registry.register(_Tables())
    return bytes(generate_latest(registry))


class _Tables:
    """Gauges of what stands in the tables and in the queue now."""

    def collect(self) -> Iterator[Metric]:
        yield _by_state("dtt_messages", "Messages by state", Message.State.values, _counts(Message))
        yield _by_state("dtt_jobs", "Long work by state", Job.State.values, _counts(Job))
        open_ = Attempt.objects.filter(state=Attempt.State.OPEN).count()
        yield GaugeMetricFamily("dtt_attempts_open", "People who sit the quiz now", value=open_)
        yield from _of(health.report())


def _counts(model: type[Message] | type[Job]) -> dict[str, int]:
    rows = model._default_manager.values_list("state").annotate(n=Count("pk")).order_by()
    return dict(rows)


def _by_state(name: str, text: str, states: Iterable[str], counts: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=["state"])
    for state in states:
        family.add_metric([state], counts.get(state, 0))
    return family


def _of(report: health.Report) -> Iterator[Metric]:
    up = GaugeMetricFamily("dtt_up", "Whether a part is well (1) or not (0)", labels=["part"])
    depth = GaugeMetricFamily("dtt_queue_depth", "What waits in a queue", labels=["queue"])
    age = GaugeMetricFamily(
        "dtt_age_seconds", "The oldest that waits, or since when nothing was heard", labels=["part"]
    )
    for part in report.parts:
        up.add_metric([part.name], int(part.ok))
        if part.depth is not None:
            depth.add_metric([part.name], part.depth)
        if part.age is not None:
            age.add_metric([part.name], part.age)
    yield from (up, depth, age)
