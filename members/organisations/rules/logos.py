"""What a logo may be: PNG, JPEG or WebP, read from its content; the name alone is never believed.

SVG is left out: it can carry scripts, and a logo is shown to everybody. Sizes are in bytes.
"""

from typing import Any

import filetype

LARGEST = 300 * 1024
ACCEPT = ".png,.jpg,.jpeg,.webp"
EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
_HEAD = 261


def type_of(content: Any) -> str:
    """The media type of an open file, or nothing when it is not an accepted image."""
    content.seek(0)
    found = filetype.guess_mime(content.read(_HEAD))
    content.seek(0)
    return found if found in EXTENSIONS else ""
