"""What a Lambda function answers to a proxy integration, taken strictly.

The shape is that of "Handling Lambda errors with an API Gateway API": a key that does not belong
there makes the whole answer malformed.
"""

import base64
import binascii
import json
from typing import Any, Final

from local_aws.api_gateway.integrations.integration import Answer
from local_aws.http1 import Headers

_KEYS: Final = frozenset({"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"})
_STATUS_CODES: Final = range(200, 600)
# json.loads would have to find out what it is given, each time.
_DECODER: Final = json.JSONDecoder()


class MalformedProxyResponseError(ValueError):
    """A function's answer is no proxy response; the message says what is wrong with it."""


def parse_proxy_response(payload: bytes) -> Answer:
    """Parse the payload that a function returned.

    Raises:
        MalformedProxyResponseError: It is no JSON object, holds another key than the five of a
            proxy response, or a value of the wrong type.
    """
    try:
        answer = _DECODER.decode(payload.decode())
    except (ValueError, RecursionError) as error:
        raise MalformedProxyResponseError("the function's answer is not JSON") from error
    if not isinstance(answer, dict):
        raise MalformedProxyResponseError(
            "the function's answer is no JSON object; return an object with a statusCode"
        )
    if not _KEYS.issuperset(answer):
        unknown = min(answer.keys() - _KEYS)
        raise MalformedProxyResponseError(
            f"the function's answer has a key {unknown!r}; only {', '.join(sorted(_KEYS))} belong"
            " there"
        )
    return Answer(_status_code(answer.get("statusCode", 200)), _headers(answer), _body(answer))


def _status_code(value: Any) -> int:
    number = int(value) if isinstance(value, str) and value.isdecimal() else value
    if type(number) is int and number in _STATUS_CODES:
        return number
    raise MalformedProxyResponseError(
        f"the function's statusCode is {value!r:.40}; it has to be a number from 200 to 599"
    )


def _headers(answer: dict[str, Any]) -> Headers:
    single = _object(answer, "headers")
    multiple = _object(answer, "multiValueHeaders")
    if not single and not multiple:
        return ()
    pairs: list[tuple[str, str]] = []
    for name, values in multiple.items():
        if not isinstance(values, list):
            raise MalformedProxyResponseError(
                f"the function's multiValueHeaders.{name} is no list of values"
            )
        pairs += [(name, _header_value(name, value)) for value in values]
    pairs += [
        (name, _header_value(name, value)) for name, value in single.items() if name not in multiple
    ]
    return tuple(pairs)


def _header_value(name: str, value: Any) -> str:
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case _:
            raise MalformedProxyResponseError(
                f"the function's header {name!r} is neither text nor a number nor a boolean"
            )


def _object(answer: dict[str, Any], key: str) -> dict[str, Any]:
    value = answer.get(key)
    if value is None:
        return {}
    if isinstance(value, dict):
        return value
    raise MalformedProxyResponseError(f"the function's {key} is no object")


def _body(answer: dict[str, Any]) -> bytes:
    body = answer.get("body")
    encoded = answer.get("isBase64Encoded")
    if not (body is None or isinstance(body, str)):
        raise MalformedProxyResponseError(
            "the function's body is no text; serialize it, for example with json.dumps"
        )
    if not (encoded is None or isinstance(encoded, bool)):
        raise MalformedProxyResponseError("the function's isBase64Encoded is no boolean")
    try:
        content = (body or "").encode()
        if encoded:
            content = base64.b64decode(content, validate=True)
            content.decode()
    except binascii.Error as error:
        raise MalformedProxyResponseError("the function's body is not base64") from error
    except UnicodeError as error:
        raise MalformedProxyResponseError("the function's body is not text in UTF-8") from error
    return content
