"""Static files: hashed names, compressed once, JavaScript imports rewritten to the hashed names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import brotli
from servestatic.compress import Compressor
from servestatic.storage import CompressedManifestStaticFilesStorage

_HASHED: Final = re.compile(r"\.[0-9a-f]{12}\.[a-z0-9]+$")
_LARGE_BYTES: Final = 150_000


class ClubCompressor(Compressor):
    """Brotli at its best for our own files; large foreign ones (API docs) at a level that takes no minute."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        """The compressed bytes."""
        return bytes(brotli.compress(data, quality=11 if len(data) < _LARGE_BYTES else 9))


class ClubStaticStorage(CompressedManifestStaticFilesStorage):
    """The house storage: modules import each other by hashed name, so every file may be cached for ever."""

    support_js_module_import_aggregation = True
    manifest_strict = False
    max_post_process_passes = 12
    """A hash changes with those of all it imports: each pass settles one more floor of imports."""

    def create_compressor(self, **kwargs: object) -> ClubCompressor:
        """The house compressor."""
        return ClubCompressor(**kwargs)

    def compress_files(self, paths: set[str]) -> Iterator[tuple[str, str]]:
        """Compresses what pages link: the hashed names; nobody asks for the others, nor for source maps."""
        linked = {path for path in paths if _HASHED.search(path) and not path.endswith(".map")}
        yield from super().compress_files(linked)
