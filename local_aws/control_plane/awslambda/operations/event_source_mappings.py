"""CreateEventSourceMapping, UpdateEventSourceMapping and their like.

What a mapping reads is polled by the data plane; moto itself invokes nothing for it.
"""

from typing import Any

from local_aws.control_plane.awslambda.event_source_mapping import EventSourceMapping
from local_aws.control_plane.awslambda.exceptions import ResourceNotFoundError
from local_aws.control_plane.awslambda.operations.request import Answer, Request, answer
from local_aws.control_plane.awslambda.qualified_function import split_reference


class EventSourceMappings(Request):
    """Operations on event source mappings."""

    def create_event_source_mapping(self) -> Any:
        """Map a queue or stream to a function."""
        mapping = self.backend.create_event_source_mapping(self.document)
        return answer({**mapping.get_configuration(), "State": "Creating"}, status=202)

    def get_event_source_mapping(self) -> Any:
        """Return a mapping."""
        return answer(self._mapping().get_configuration())

    def list_event_source_mappings(self) -> Any:
        """Return the mappings, on one page, of a function, of a source, or all."""
        function, source = (
            self.query_parameter(name) for name in ("FunctionName", "EventSourceArn")
        )
        configurations = [
            mapping.get_configuration() for mapping in self.backend.get_event_source_mappings()
        ]
        return answer(
            {
                "EventSourceMappings": [
                    each
                    for each in configurations
                    if (source is None or each["EventSourceArn"] == source)
                    and (function is None or _names(function, each["FunctionArn"]))
                ]
            }
        )

    def update_event_source_mapping(self) -> Answer:
        """Change what the document names."""
        uuid = self._mapping().uuid
        mapping = self.backend.update_event_source_mapping(uuid, self.document)
        return answer({**mapping.get_configuration(), "State": "Updating"}, status=202)

    def delete_event_source_mapping(self) -> Answer:
        """Delete a mapping."""
        configuration = self._mapping().get_configuration()
        self.backend.delete_event_source_mapping(configuration["UUID"])
        return answer({**configuration, "State": "Deleting"}, status=202)

    def _mapping(self) -> EventSourceMapping:
        mapping = self.backend.get_event_source_mapping(str(self.uri_match["UUID"]))
        if mapping is None:
            raise ResourceNotFoundError("The resource you requested does not exist.")
        return mapping


def _names(reference: str, function_arn: str) -> bool:
    """Tell whether a name or ARN, with or without a qualifier, is that of a function."""
    name, qualifier = split_reference(reference)
    of_name, of_qualifier = split_reference(function_arn)
    return name == of_name and qualifier in (None, of_qualifier)
