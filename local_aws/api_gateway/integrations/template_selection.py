"""Which of several mapping templates is used.

From "WebSocket selection expressions" and "Data transformations for WebSocket APIs".
"""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from local_aws.api_gateway.integrations.integration import Failure, IntegrationError
from local_aws.api_gateway.selection import (
    DEFAULT_KEY,
    TEMPLATE_ROOTS,
    SelectionExpression,
    SelectionExpressionError,
    parse_selection_expression,
)

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


def select_template(
    expression: str | None,
    templates: Mapping[str, str],
    body: str,
    response: Mapping[str, Any] = _NOTHING,
) -> str | None:
    """Return the template that an expression selects, or that of `$default`, or None.

    Raises:
        IntegrationError: The expression cannot be evaluated.
    """
    key = None
    if expression is not None:
        try:
            key = _parse(expression).evaluate(body, response)
        except SelectionExpressionError as error:
            raise IntegrationError(Failure.NOT_CALLED, str(error)) from error
    default = templates.get(DEFAULT_KEY)
    return default if key is None else templates.get(key, default)


@lru_cache(maxsize=256)
def _parse(expression: str) -> SelectionExpression:
    return parse_selection_expression(expression, roots=TEMPLATE_ROOTS)
