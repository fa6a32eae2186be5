"""One style sheet per page: a collected sheet holds those that it imports, so that a visit asks for one only."""

import posixpath
from collections.abc import Callable
from re import Match
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

WHOLE = "/* %(url)s */"


class WholeSheetsStorage(CompressedManifestStaticFilesStorage):
    """Static files with a hash in their names, where `@import "other.css";` has given way to the sheet it names.

    While developing nothing is collected: the browser follows the same imports by itself.
    """

    patterns = (
        ("*.css", ((r"""(?P<matched>@import "(?P<url>[\w-]+\.css)";)""", WHOLE),)),
        *CompressedManifestStaticFilesStorage.patterns,
    )

    def url_converter(self, name: str, hashed_files: dict[str, str], template: str | None = None) -> Callable:
        """Put the imported sheet in the place of its import; other addresses are hashed as usual."""
        if template != WHOLE:
            return super().url_converter(name, hashed_files, template)

        def converter(found: Match[str]) -> Any:
            with self.open(posixpath.join(posixpath.dirname(name), found["url"])) as sheet:
                return sheet.read().decode()

        return converter
