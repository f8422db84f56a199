"""What the control plane tells the data plane: one JSON line a publication.

Names follow AWS's own responses. `publication` reads a line; `apis`, `functions`,
`event_source_mappings` and `access` are what a state is made of; `fields` is how their JSON is
read.
"""

from local_aws.publication.access import (
    ApiKey,
    Domain,
    Quota,
    StageReference,
    Throttle,
    UsagePlan,
)
from local_aws.publication.apis import (
    Api,
    Authorizer,
    Deployment,
    Integration,
    Model,
    Route,
    Stage,
    function_arn_of,
)
from local_aws.publication.event_source_mappings import EventSourceMapping
from local_aws.publication.fields import MalformedPublicationError
from local_aws.publication.functions import Alias, EventInvokeConfig, Function
from local_aws.publication.publication import (
    Failed,
    Publication,
    Ready,
    State,
    parse_publication,
)

__all__ = [
    "Alias",
    "Api",
    "ApiKey",
    "Authorizer",
    "Deployment",
    "Domain",
    "EventInvokeConfig",
    "EventSourceMapping",
    "Failed",
    "Function",
    "Integration",
    "MalformedPublicationError",
    "Model",
    "Publication",
    "Quota",
    "Ready",
    "Route",
    "Stage",
    "StageReference",
    "State",
    "Throttle",
    "UsagePlan",
    "function_arn_of",
    "parse_publication",
]
