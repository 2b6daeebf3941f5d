"""The entry point of a WSGI server."""

import os

from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.utils import timezone

from dtt import cycles, embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dtt.settings")
embedded.provide()
application = get_wsgi_application()

from quiz.web.warming import warm_up  # noqa: E402 - models need the settings to be read

warm_up(now=timezone.now())
connections.close_all()  # processes that part from here must not share one
cycles.look_seldom()
