"""No request writes more to the disk than any page takes."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest

CEILING = 25 * 1024 * 1024


class BoundedUploadHandler(TemporaryFileUploadHandler):
    """Keep large files on the disk; of what is too large for every page, only the size.

    All files of a request count together. The page gets an empty file that says how large it was,
    and can tell the person.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.taken = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.too_large = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.taken += len(raw_data)
        self.too_large = self.too_large or self.taken > CEILING
        if not self.too_large:
            super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> UploadedFile | None:
        file = super().file_complete(file_size)
        if file is not None and self.too_large:
            file.truncate(0)
        return file
