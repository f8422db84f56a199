"""Execution environments that are kept ready for a version or an alias."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class ProvisionedConcurrency:
    """How many environments are kept ready; here they are at once."""

    function_arn: str
    requested: int
    modified: datetime

    @classmethod
    def of(cls, function_arn: str, requested: int) -> "ProvisionedConcurrency":
        """Keep environments ready from now on; the ARN carries the version or alias."""
        return cls(function_arn, requested, datetime.now(UTC))

    def to_json(self) -> dict[str, Any]:
        """Return GetProvisionedConcurrencyConfig's answer."""
        return {
            "AllocatedProvisionedConcurrentExecutions": self.requested,
            "AvailableProvisionedConcurrentExecutions": self.requested,
            "LastModified": self.modified.strftime("%Y-%m-%dT%H:%M:%S+0000"),
            "RequestedProvisionedConcurrentExecutions": self.requested,
            "Status": "READY",
        }
