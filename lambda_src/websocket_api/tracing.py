"""What takes how long, for AWS X-Ray, where the function's tracing is on."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from websocket_api import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    Annotate = Callable[..., None]

_UNTRACED: AbstractContextManager[Annotate] = nullcontext(lambda **_: None)


def subsegment(
    name: str, *, aws: Mapping[str, str] | None = None
) -> AbstractContextManager[Annotate]:
    """Measure what is done inside, as a part of the invocation or of an outer subsegment.

    It gives a function that takes annotations by their names: texts, numbers and truth values, by
    which X-Ray finds traces. Where the invocation is not traced, nothing is measured or sent.

    Args:
        name: what is done, or the service that is called.
        aws: about a call of AWS: operation, and others that X-Ray documents for it.
    """
    header = environment.trace_header()
    if header is None:
        return _UNTRACED
    from websocket_api import xray  # noqa: PLC0415 - only if an invocation is traced

    return xray.subsegment(name, header=header, aws=aws)
