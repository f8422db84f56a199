"""What execution environments are made of."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from local_aws.deadlines import Deadlines
from local_aws.lambda_service.guardian import Guardian
from local_aws.lambda_service.preparation import Preparation
from local_aws.lambda_service.settings import LambdaSettings
from local_aws.publication import Function


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentPlan:
    """What the environments of a function, as it is configured now, are made of.

    Attributes:
        function: The function.
        settings: The service's settings.
        directory: Takes a directory for each environment.
        prepare: Returns what a process needs once it is there, or raises a `LambdaServiceError`.
        deadlines: Sets the timers of events.
        guardian: Ends the processes if we cannot.
        output: Is called with the function's name and version, and each line of its log.
        log: Is called with the function, the name of a log stream and each line of its log.
    """

    function: Function
    settings: LambdaSettings
    directory: Path
    prepare: Callable[[], Awaitable[Preparation]]
    deadlines: Deadlines
    guardian: Guardian
    output: Callable[[str, str], None]
    log: Callable[[Function, str, str], None]
