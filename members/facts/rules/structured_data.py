"""What search engines read of an organisation: schema.org/Organization as JSON-LD."""

import json
from collections.abc import Mapping
from typing import Any

# What could end the element, or start another, is written by its number.
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def structured(kind: str, **values: Any) -> dict[str, Any]:
    """A thing of schema.org with the values that are known; the others are left out."""
    return {"@type": kind} | {name: value for name, value in values.items() if value}


def document(thing: Mapping[str, Any]) -> str:
    """The JSON of a thing, safe inside a `script` element."""
    return json.dumps({"@context": "https://schema.org"} | dict(thing), ensure_ascii=False).translate(_ESCAPES)
