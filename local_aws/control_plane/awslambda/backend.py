"""The functions of one account and Region."""

import copy
from collections.abc import Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

from moto.awslambda import urls
from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.models import EventInvokeConfig, LambdaAlias, LambdaBackend

from local_aws.control_plane.awslambda.event_source_mapping import (
    EventSourceMapping,
    check,
    find_source,
)
from local_aws.control_plane.awslambda.exceptions import ResourceConflictError
from local_aws.control_plane.awslambda.function import Function
from local_aws.control_plane.awslambda.invocation import InvokeApi
from local_aws.control_plane.awslambda.qualified_function import (
    LATEST,
    QualifiedFunction,
    split_reference,
)

if TYPE_CHECKING:
    from local_aws.control_plane.awslambda.provisioned_concurrency import ProvisionedConcurrency


class Backend(LambdaBackend):
    """moto's backend, with functions that run at `invoke_api`.

    `provisioned_concurrency` and `event_invoke_configs` have the ARN with its qualifier as key;
    the latter carries `$LATEST` where the function itself is meant.
    """

    def __init__(self, region_name: str, account_id: str, *, invoke_api: InvokeApi) -> None:
        super().__init__(region_name, account_id)
        self.invoke_api = invoke_api
        self.provisioned_concurrency: dict[str, ProvisionedConcurrency] = {}
        self.event_invoke_configs: dict[str, EventInvokeConfig] = {}

    @property
    def _url_module(self) -> ModuleType:
        return urls  # moto derives it from the name of the module that defines the class

    def create_function(self, spec: dict[str, Any]) -> Function:
        """Create a function from CreateFunction's document."""
        function = Function(  # type: ignore[abstract]  # only CloudFormation's
            self.account_id, spec, self.region_name, LATEST, invoke_api=self.invoke_api
        )
        self._lambdas.put_function(function)
        if not spec.get("Publish"):
            return function
        # The answer names the version that was published; the function itself stays $LATEST.
        answered = copy.copy(function)
        answered.version = self.publish_version(function.function_name).version
        return answered

    def update_function_code(
        self, function_name: str, qualifier: str, body: dict[str, Any]
    ) -> dict[str, Any]:
        """Apply UpdateFunctionCode's document and, if it says so, publish the result."""
        function = self.get_function(function_name, qualifier)
        configuration = function.update_function_code(body)
        if body.get("Publish") and not body.get("DryRun"):
            return self.publish_version(function.function_name).get_configuration()
        return configuration

    def publish_version(self, function_name: str, description: str = "") -> Function:
        """Publish a function as it stands, and return the version.

        That is the version before if nothing has changed since, and a number that no version of
        the function had yet if something has (AWS's "Manage Lambda function versions").
        """
        latest = self.get_qualified_function(function_name).latest
        published = self.get_versions(latest.function_name)[1:]
        # moto takes this for its word whether a version is to be made.
        latest.code_or_config_updated = not published or latest.has_changed_since(published[-1])
        version = cast("Function", super().publish_version(latest.function_name, description))
        latest.last_version = max(latest.last_version, int(version.version))
        return version

    def get_qualified_function(
        self, reference: str, qualifier: str | None = None
    ) -> QualifiedFunction:
        """Return a function by name or ARN, and what it was qualified with.

        Raises:
            UnknownFunctionException: there is no such function, version or alias.
        """
        name, named_qualifier = split_reference(reference)
        qualifier = named_qualifier or qualifier
        self.get_function(name, qualifier)
        return QualifiedFunction(cast("Function", self.get_function(name)), qualifier)

    def get_versions(self, function_name: str) -> list[Function]:
        """Return a function as `$LATEST`, and then its versions in the order of their numbers."""
        versions = list(self.list_versions_by_function(function_name))
        return [self.get_qualified_function(function_name).latest, *_own(versions[1:])]

    def get_all_versions(self) -> Iterator[Function]:
        """Return every function as `$LATEST` and at each of its versions."""
        for function in list(self.list_functions()):
            yield from self.get_versions(function.function_name)

    def get_all_aliases(self) -> Iterator[LambdaAlias]:
        """Return the aliases of every function."""
        for function in list(self.list_functions()):
            yield from self.list_aliases(function.function_name)

    def delete_alias(self, name: str, function_name: str) -> None:
        """Delete an alias with its policy and all that was set for it."""
        function = self.get_qualified_function(function_name).latest
        super().delete_alias(name, function.function_name)
        self._forget(function, f"{function.function_arn}:{name}")

    def delete_function(self, function_name: str, qualifier: str | None = None) -> None:
        """Delete a function, or one version of it, with its policy and all that was set for it."""
        deleted = self.get_qualified_function(function_name, qualifier)
        if deleted.qualifier == LATEST:
            raise InvalidParameterValueException(
                "$LATEST version cannot be deleted without deleting the function."
            )
        super().delete_function(deleted.latest.function_name, deleted.qualifier)
        if deleted.qualifier is not None:
            self._forget(deleted.latest, deleted.arn)
            return
        for arn in (*self.provisioned_concurrency, *self.event_invoke_configs):
            if arn.startswith(f"{deleted.arn}:"):
                self._forget(deleted.latest, arn)

    def create_event_source_mapping(self, spec: dict[str, Any]) -> EventSourceMapping:
        """Create a mapping from CreateEventSourceMapping's document; it does not invoke itself."""
        function = self.get_qualified_function(spec["FunctionName"])
        source = find_source(spec.get("EventSourceArn") or "", self.account_id, self.region_name)
        check(spec, source, function.latest)
        for other in self.get_event_source_mappings():
            if (other.event_source_arn, other.function_arn) == (source.arn, function.arn):
                raise ResourceConflictError(
                    f'An event source mapping with arn (" {source.arn} ") and function '
                    f'(" {function.latest.function_name} ") already exists. Please update or '
                    f"delete the existing mapping with UUID {other.uuid}"
                )
        where = {"RegionName": self.region_name, "AccountId": self.account_id}
        mapping = EventSourceMapping(  # type: ignore[abstract]  # only CloudFormation's
            {**spec, **where, "FunctionArn": function.arn}, source
        )
        self._event_source_mappings[mapping.uuid] = mapping
        return mapping

    def get_event_source_mapping(self, uuid: str) -> EventSourceMapping | None:
        """Return a mapping, or None if there is no such one."""
        # create_event_source_mapping is the only place that makes one.
        return cast("EventSourceMapping | None", super().get_event_source_mapping(uuid))

    def get_event_source_mappings(self) -> list[EventSourceMapping]:
        """Return all mappings."""
        return cast("list[EventSourceMapping]", list(self._event_source_mappings.values()))

    def update_event_source_mapping(self, uuid: str, spec: dict[str, Any]) -> EventSourceMapping:
        """Apply UpdateEventSourceMapping's document to a mapping that there is."""
        mapping = cast("EventSourceMapping", self._event_source_mappings[uuid])
        function = self.get_qualified_function(spec.get("FunctionName") or mapping.function_arn)
        source = find_source(mapping.event_source_arn, self.account_id, self.region_name)
        check({**mapping.settings(), **spec}, source, function.latest)
        super().update_event_source_mapping(
            uuid, {name: value for name, value in spec.items() if name != "FunctionName"}
        )
        mapping.function_arn = function.arn
        return mapping

    def _forget(self, function: Function, qualified_arn: str) -> None:
        function.policy.statements = [
            each for each in function.policy.statements if each["Resource"] != qualified_arn
        ]
        self.provisioned_concurrency.pop(qualified_arn, None)
        self.event_invoke_configs.pop(qualified_arn, None)


def _own(functions: list[Any]) -> list[Function]:
    # create_function is the only place that makes one.
    return cast("list[Function]", functions)
