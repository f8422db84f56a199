"""CreateFunction, UpdateFunctionConfiguration and UpdateFunctionCode."""

from collections.abc import Mapping
from typing import Any

from local_aws.control_plane.awslambda import limits
from local_aws.control_plane.awslambda.operations.request import Request


class Functions(Request):
    """Operations on functions."""

    def create_function(self) -> Any:
        """Create a function, unless its code or environment is one that AWS refuses."""
        _check_configuration(self.document)
        limits.check_code(self.document.get("Code") or {})
        return super().create_function()

    def update_function_configuration(self) -> Any:
        """Change a function's configuration."""
        _check_configuration(self.document)
        return super().update_function_configuration()

    def update_function_code(self) -> Any:
        """Change a function's code."""
        limits.check_code(self.document)
        return super().update_function_code()


def _check_configuration(document: Mapping[str, Any]) -> None:
    """Check what CreateFunction's and UpdateFunctionConfiguration's documents have in common."""
    limits.check_environment((document.get("Environment") or {}).get("Variables") or {})
    limits.check_logging(document.get("LoggingConfig") or {})
