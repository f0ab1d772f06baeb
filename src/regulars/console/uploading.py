"""Files that are brought over a page: written straight to the data folder, and no more of them than is taken."""

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers, StopUpload

from regulars.imports import folders
from regulars.imports.moves import MOST


class IntoDataFolder(FileUploadHandler):
    """Works where files are taken; all other addresses go on as they were."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.mine = bool(request is not None and request.path_info in settings.UPLOADS)
        self.left = MOST
        self.open: Any = None

    def new_file(self, *given: Any, **more: Any) -> None:
        super().new_file(*given, **more)
        if self.mine:
            self.open = tempfile.NamedTemporaryFile(dir=folders.coming(), delete=False)  # noqa: SIM115 - closed below
            raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if not self.mine:
            return raw_data
        self.left -= len(raw_data)
        if self.left < 0:
            self.upload_interrupted()
            self.request.too_large = True  # type: ignore[union-attr]
            raise StopUpload(connection_reset=False)
        self.open.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> "Brought | None":
        if not self.mine:
            return None
        self.open.close()
        path, self.open = Path(self.open.name), None
        return Brought(path, self.file_name or "file", file_size)

    def upload_interrupted(self) -> None:
        if self.open is not None:
            self.open.close()
            Path(self.open.name).unlink(missing_ok=True)
            self.open = None


class Brought(UploadedFile):  # type: ignore[type-arg]
    """A file that lies in the data folder already; what nobody takes goes with the request."""

    def __init__(self, path: Path, name: str, size: int) -> None:
        super().__init__(None, name, size=size)
        self.path = path

    def close(self) -> None:
        self.path.unlink(missing_ok=True)
