"""The entry point of a WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

from dtt import embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dtt.settings")
embedded.provide()
application = get_wsgi_application()
