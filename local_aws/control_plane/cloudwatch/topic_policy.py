"""Whether a topic takes messages of CloudWatch, which the topic's policy says.

From "Example cases for Amazon SNS access control" in the Amazon SNS Developer Guide: the policy
that a topic has at first lets its account's alarms publish to it; any other has to name CloudWatch.
"""

from collections.abc import Mapping
from typing import Any, Final

from local_aws.policies.policy_document import (
    Access,
    MalformedPolicyError,
    is_allowed,
    parse_policy,
)

_ACTION: Final = "sns:Publish"
_SERVICE: Final = "cloudwatch.amazonaws.com"


def takes_messages_of_alarms(
    policy: Mapping[str, Any], *, topic_arn: str, alarm_arn: str, account_id: str
) -> bool:
    """Tell whether a topic's policy lets an alarm of an account publish to it."""
    statements = policy.get("Statement") or []
    statements = [statements] if isinstance(statements, Mapping) else statements
    applying = [
        {name: value for name, value in each.items() if name != "Principal"}
        for each in statements
        if _names_cloudwatch(each.get("Principal"))
    ]
    keys = {
        "aws:sourceaccount": account_id,
        "aws:sourcearn": alarm_arn,
        "aws:sourceowner": account_id,
    }
    try:
        parsed = parse_policy({**policy, "Statement": applying})
    except MalformedPolicyError:
        return False
    return is_allowed(parsed, Access(_ACTION, topic_arn, keys))


def _names_cloudwatch(principal: Any) -> bool:
    """Tell whether a principal is the service, or everybody."""
    if not isinstance(principal, Mapping):
        return bool(principal == "*")
    for kind, wanted in (("AWS", "*"), ("Service", _SERVICE)):
        named = principal.get(kind)
        if wanted in (named if isinstance(named, list) else [named]):
            return True
    return False
