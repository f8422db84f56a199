"""What Terraform says of an error or a warning, from its JSON output.

The fields are those of "Terraform Machine-Readable UI" and of `terraform validate -json`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One error or warning.

    Attributes:
        severity: `error` or `warning`.
        summary: The problem in a few words.
        detail: Explanation, possibly of several lines; may be empty.
        location: File, line and block, as Terraform shows them; empty if it names none.
        address: The resource concerned, or empty.
    """

    severity: str
    summary: str
    detail: str
    location: str
    address: str

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Diagnostic":
        """Read the `diagnostic` object of an event, or one of the list that validate prints."""
        return cls(
            severity=document.get("severity", "error"),
            summary=document.get("summary", ""),
            detail=document.get("detail", "").strip(),
            location=_location(document),
            address=document.get("address", ""),
        )

    def __str__(self) -> str:
        lines = [f"{self.severity.capitalize()}: {self.summary}"]
        if self.address:
            lines.append(f"  with {self.address}")
        if self.location:
            lines.append(f"  on {self.location}")
        if self.detail:
            lines += ["", *(f"  {line}".rstrip() for line in self.detail.splitlines())]
        return "\n".join(lines)


def _location(document: Mapping[str, Any]) -> str:
    source_range = document.get("range")
    if not source_range:
        return ""
    location = f"{source_range['filename']} line {source_range['start']['line']}"
    context = (document.get("snippet") or {}).get("context")
    return f"{location}, in {context}" if context else location
