"""The worker's part of applications."""

import logging

from celery import shared_task
from django.utils import timezone

from applications.domain import documents
from applications.scanning import ScannerAway

SCANNED_AT_ONCE = 20
logger = logging.getLogger(__name__)


@shared_task(name="applications.scan_document", ignore_result=True)
def scan_document(*, document_id: int) -> str | None:
    """Have one uploaded file scanned. A scanner that is away leaves it to the sweep."""
    try:
        return documents.scan_document(document_id=document_id, now=timezone.now())
    except ScannerAway as error:
        logger.warning("the virus scanner is away, files wait: %s", error)
        return None


@shared_task(name="applications.scan_waiting", ignore_result=True)
def scan_waiting() -> int:
    """Have those scanned that still wait, until the scanner fails; return how many were."""
    done = 0
    for document_id in documents.waiting_for_scanner(SCANNED_AT_ONCE):
        try:
            documents.scan_document(document_id=document_id, now=timezone.now())
        except ScannerAway as error:
            logger.warning("the virus scanner is away, files wait: %s", error)
            break
        done += 1
    return done


@shared_task(name="applications.sweep_files", ignore_result=True)
def sweep_files() -> int:
    """Delete the files that an interrupted upload left; return how many."""
    return documents.sweep_files(now=timezone.now())
