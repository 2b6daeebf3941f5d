"""Reach the place where people's files are kept, a disk or a bucket, or say that it is away."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext as _

from accounts.errors import Refused

logger = logging.getLogger("dtt.files")


class StoreAway(Refused):
    """The files cannot be reached now; nothing was changed."""


@contextmanager
def reaching_the_store() -> Iterator[None]:
    """Turn what a store fails with into a refusal; a file that is not there is no failure of it.

    Raises:
        StoreAway: no connection, no room, no permission.
    """
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        logger.exception("the store of files cannot be reached")
        raise StoreAway(
            _(
                "The place where files are kept cannot be reached at the moment. Nothing was "
                "changed. Please try again in a few minutes."
            )
        ) from error
