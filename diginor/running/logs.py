"""Logging, in which no line holds a private link: whoever reads the logs opens nothing with them."""

import logging
import logging.config
import traceback
from typing import Any

from diginor.web.private_links import hide


class PrivateRecord(logging.LogRecord):
    """A line of the log without the secrets of private links, in its words and in the exception that it tells.

    The record itself and not a filter: what the web server and the worker write with handlers of their own is made of
    such records too.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.exc_info and self.exc_info[0]:
            # Formatters take the text that is there already.
            self.exc_text = hide("".join(traceback.format_exception(*self.exc_info)).rstrip())

    def getMessage(self) -> str:  # noqa: N802 - the name of the standard library
        """The words, without secrets."""
        return hide(super().getMessage())


def configure(config: dict[str, Any]) -> None:
    """Set logging up as the settings say, on records without secrets."""
    logging.setLogRecordFactory(PrivateRecord)
    logging.config.dictConfig(config)
