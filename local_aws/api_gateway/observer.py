"""Who is told what the gateway does."""

from collections.abc import Callable
from dataclasses import dataclass

from local_aws.api_gateway.access_log import AccessLog, Notice
from local_aws.api_gateway.monitoring.event_record import EventRecord, FunctionRun, ignore_line


@dataclass(frozen=True, slots=True)
class Observer:
    """Takes what happens.

    Attributes:
        output: Takes an entry for each thing that happened.
        on_line: Is told of each line that a function has logged while it handles an event.
    """

    output: Callable[[AccessLog | Notice], None]
    on_line: Callable[[EventRecord, FunctionRun], None] = ignore_line
