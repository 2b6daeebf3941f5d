#!/usr/bin/env python
"""Django's command line, with the embedded PostgreSQL and Valkey where none are configured."""

import os
import sys

from django.core.management import execute_from_command_line

from dtt import embedded

NEED_NO_SERVICES = {
    "check",
    "makemessages",
    "compilecatalogues",
    "collectstatic",
    "help",
    "--help",
    "item_statistics",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dtt.settings")
    if not NEED_NO_SERVICES.intersection(sys.argv[1:2]):
        embedded.provide()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
