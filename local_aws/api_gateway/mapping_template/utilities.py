"""The variable `$util` of mapping templates."""

import base64
import json
from typing import Any, Final
from urllib.parse import quote_plus, unquote_plus

from local_aws.api_gateway.java_text import to_text
from local_aws.api_gateway.mapping_template.rendering import TemplateObject

_ESCAPES: Final = {
    "\b": r"\b",
    "\t": r"\t",
    "\n": r"\n",
    "\f": r"\f",
    "\r": r"\r",
    '"': r"\"",
    "'": r"\'",
    "/": r"\/",
    "\\": r"\\",
}
_FIRST_PRINTABLE: Final = " "
_LAST_ASCII: Final = "~"


def escape_javascript(value: Any) -> str:
    r"""Escape a text for JavaScript; `'` becomes `\'`, which JSON does not know."""
    return "".join(map(_escape, to_text(value)))


def _escape(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if _FIRST_PRINTABLE <= character <= _LAST_ASCII:
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i : i + 2].hex().upper()}" for i in range(0, len(units), 2))


def _parse_json(text: Any) -> Any:
    return json.loads(to_text(text))


def _url_encode(value: Any) -> str:
    """Encode as a form does: as Java's URLEncoder, which keeps `*` and encodes `~`."""
    return quote_plus(to_text(value), safe="*").replace("~", "%7E")


def _url_decode(value: Any) -> str:
    return unquote_plus(to_text(value))


def _base64_encode(value: Any) -> str:
    return base64.b64encode(to_text(value).encode()).decode("ascii")


def _base64_decode(value: Any) -> str:
    return base64.b64decode(to_text(value)).decode()


UTILITIES: Final = TemplateObject(
    properties={},
    methods={
        "escapeJavaScript": escape_javascript,
        "parseJson": _parse_json,
        "urlEncode": _url_encode,
        "urlDecode": _url_decode,
        "base64Encode": _base64_encode,
        "base64Decode": _base64_decode,
    },
)
