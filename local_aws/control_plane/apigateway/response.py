"""All operations of API Gateway's first version, and the paths at which they answer."""

import json
from collections.abc import Callable
from typing import Any

from moto.apigateway import urls
from moto.apigateway.exceptions import BadRequestException, ConflictException
from moto.apigateway.models import ApiKey, UsagePlan
from moto.apigateway.responses import APIGatewayResponse

from local_aws.control_plane.apigateway import usage_plan

# What moto's operations return: status, headers, body.
Answer = tuple[int, dict[str, str], str | bytes]

# An ARN has a slash in it, so its end is a part of the path of its own.
_ADDED_PATHS = (
    "{0}/tags/(?P<resource_arn>[^/]+)/apikeys/(?P<api_key_id>[^/]+)$",
    "{0}/tags/(?P<resource_arn>[^/]+)/usageplans/(?P<usage_plan_id>[^/]+)$",
)


class Response(APIGatewayResponse):
    """moto's operations with ours before them."""

    def delete_api_key(self) -> Answer:
        """Delete a key, which then belongs to no usage plan any more."""
        api_key_id = str(self.uri_match["api_Key"])
        self.backend.delete_api_key(api_key_id)
        for keys in self.backend.usage_plan_keys.values():
            keys.pop(api_key_id, None)
        return 202, {"status": "202"}, "{}"

    def update_usage_plan(self) -> str:
        """Change a usage plan."""
        plan = self._usage_plan()
        usage_plan.apply(plan, json.loads(self.body).get("patchOperations") or [])
        return json.dumps(plan.to_json())

    def delete_usage_plan(self) -> Answer:
        """Delete a usage plan that has no stage any more."""
        plan = self._usage_plan()
        if plan.api_stages:
            raise BadRequestException(
                f"Cannot delete Usage Plan {plan.id} because there are API Stages associated "
                "with it"
            )
        self.backend.delete_usage_plan(plan.id)
        self.backend.usage_plan_keys.pop(plan.id, None)
        return 202, {"status": "202"}, "{}"

    def create_usage_plan_key(self) -> Any:
        """Let a key belong to a usage plan."""
        plan, key_id = self._usage_plan(), json.loads(self.body).get("keyId")
        if key_id in self.backend.usage_plan_keys.get(plan.id, {}):
            raise ConflictException(
                f"{key_id} is already a subscribed member of the usage plan {plan.id}"
            )
        return super().create_usage_plan_key()

    def delete_usage_plan_key(self) -> Answer:
        """Let a key not belong to a usage plan any more."""
        key = self.backend.get_usage_plan_key(self._usage_plan().id, str(self.uri_match["keyId"]))
        self.backend.delete_usage_plan_key(self._usage_plan().id, key.id)
        return 202, {"status": "202"}, "{}"

    def get_tags(self) -> Any:
        """Return the tags of a key, a usage plan or a stage."""
        tagged = self._tagged()
        return super().get_tags() if tagged is None else json.dumps({"tags": _tags(tagged)})

    def tag_resource(self) -> Any:
        """Set tags of a key, a usage plan or a stage."""
        tagged = self._tagged()
        if tagged is None:
            return super().tag_resource()
        _set_tags(tagged, {**_tags(tagged), **json.loads(self.body)["tags"]})
        return 204, {"status": "204"}, ""

    def untag_resource(self) -> Any:
        """Remove tags of a key, a usage plan or a stage."""
        tagged = self._tagged()
        if tagged is None:
            return super().untag_resource()
        removed = self.querystring.get("tagKeys") or []
        kept = {name: value for name, value in _tags(tagged).items() if name not in removed}
        _set_tags(tagged, kept)
        return 204, {"status": "204"}, ""

    def _usage_plan(self) -> UsagePlan:
        return self.backend.get_usage_plan(str(self.uri_match["usageplanId"]))

    def _tagged(self) -> ApiKey | UsagePlan | None:
        """Return the key or the usage plan that an ARN names; None for the ARN of another thing."""
        *_, kind, identifier = str(self.uri_match["resource_arn"]).split("/")
        match kind:
            case "apikeys":
                return self.backend.get_api_key(identifier)
            case "usageplans":
                return self.backend.get_usage_plan(identifier)
            case _:
                return None


def _tags(tagged: ApiKey | UsagePlan) -> dict[str, str]:
    tags: Any = tagged.tags  # moto declares a list, but what it is given is what AWS sends
    return dict(tags or {})


def _set_tags(tagged: ApiKey | UsagePlan, tags: dict[str, str]) -> None:
    kept: Any = tags
    tagged.tags = kept


def url_paths() -> dict[str, Callable[..., Any]]:
    """Return every path of the service in moto's form, with the operation that answers there."""
    inherited = {
        path: Response.dispatch if handler == APIGatewayResponse.dispatch else handler
        for path, handler in urls.url_paths.items()
    }
    return inherited | dict.fromkeys(_ADDED_PATHS, Response.dispatch)
