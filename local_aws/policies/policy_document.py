"""Whether an IAM policy allows an action on one resource.

Evaluated as "Policy evaluation logic" in the IAM User Guide has it: an explicit deny wins, and
without an allow there is none. What this module does not know never allows: a condition that it
cannot evaluate does not hold in an allow, and holds in a deny.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final

from local_aws.policies.conditions import holds
from local_aws.policies.wildcards import ARN_PARTS, is_arn_like, is_like

_VERSIONS: Final = ("2012-10-17", "2008-10-17")
_VARIABLE: Final = re.compile(r"\$\{([^}]+)\}")
_WILDCARD: Final = re.compile(r"[*?]")
_EFFECTS: Final = ("Allow", "Deny")


class Decision(Enum):
    """What policies say of an access; without an allow it is denied implicitly."""

    ALLOWED = auto()
    IMPLICITLY_DENIED = auto()
    EXPLICITLY_DENIED = auto()


class MalformedPolicyError(ValueError):
    """A document is no policy; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Access:
    """What is asked: an action on a resource, and the condition keys that are known, in lower case.

    A key that AWS sends but that has no value here is left out.
    """

    action: str
    resource: str
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; `negates_actions` and `negates_resources` stand for NotAction, NotResource."""

    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    negates_actions: bool
    negates_resources: bool
    conditions: Mapping[str, Mapping[str, tuple[str, ...]]]


def parse_policy(document: Any) -> tuple[Statement, ...]:
    """Return the statements of a policy document, which is JSON that has been decoded.

    Raises:
        MalformedPolicyError: It is no policy, or names something that no policy can.
    """
    if not isinstance(document, Mapping):
        raise MalformedPolicyError("the policy is no object")
    version = document.get("Version", _VERSIONS[-1])
    if version not in _VERSIONS:
        raise MalformedPolicyError(
            f"the policy's Version is {version!r:.40}; it has to be {_VERSIONS[0]}"
        )
    statements = document.get("Statement")
    if isinstance(statements, Mapping):
        statements = [statements]
    if not isinstance(statements, list) or not statements:
        raise MalformedPolicyError("the policy has no Statement")
    return tuple(_statement(each) for each in statements)


def is_allowed(statements: Iterable[Statement], access: Access) -> bool:
    """Tell whether statements allow an access."""
    return decide(statements, access) is Decision.ALLOWED


def decide(statements: Iterable[Statement], access: Access) -> Decision:
    """Return what statements say of an access."""
    decision = Decision.IMPLICITLY_DENIED
    for statement in statements:
        applies = _covers(statement, access)
        if statement.effect == "Deny":
            # None: it cannot be told whether the denial applies, so it does.
            if applies is not False:
                return Decision.EXPLICITLY_DENIED
        elif applies:
            decision = Decision.ALLOWED
    return decision


def _statement(statement: Any) -> Statement:
    if not isinstance(statement, Mapping):
        raise MalformedPolicyError("a Statement of the policy is no object")
    effect = statement.get("Effect")
    if effect not in _EFFECTS:
        raise MalformedPolicyError(
            f"the Effect of a Statement is {effect!r:.40}; it has to be Allow or Deny"
        )
    actions, negates_actions = _either(statement, "Action", "NotAction")
    resources, negates_resources = _either(statement, "Resource", "NotResource")
    for resource in resources:
        if resource != "*" and resource.count(":") < ARN_PARTS - 1:
            raise MalformedPolicyError(
                f"the {'Not' * negates_resources}Resource {resource!r:.80} is neither an ARN nor *"
            )
    return Statement(
        effect=effect,
        actions=actions,
        resources=resources,
        negates_actions=negates_actions,
        negates_resources=negates_resources,
        conditions=_conditions(statement.get("Condition")),
    )


def _either(statement: Mapping[str, Any], name: str, negated: str) -> tuple[tuple[str, ...], bool]:
    """Return the values of one of two elements of which a statement has exactly one."""
    if (name in statement) == (negated in statement):
        raise MalformedPolicyError(f"a Statement needs either {name} or {negated}")
    is_negated = negated in statement
    key = negated if is_negated else name
    values = _texts(statement[key])
    if not values:
        raise MalformedPolicyError(f"the {key} of a Statement is neither text nor a list of texts")
    return values, is_negated


def _texts(value: Any) -> tuple[str, ...]:
    """Return a text, or a list of them, as a tuple; an empty one if it is anything else."""
    values = value if isinstance(value, list) else [value]
    return tuple(values) if all(isinstance(each, str) for each in values) else ()


def _conditions(conditions: Any) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    if conditions is None:
        return {}
    if not isinstance(conditions, Mapping) or not all(
        isinstance(keys, Mapping) for keys in conditions.values()
    ):
        raise MalformedPolicyError("the Condition of a Statement is no object of objects")
    return {
        operator: {key.lower(): _texts(values) for key, values in keys.items()}
        for operator, keys in conditions.items()
    }


def _covers(statement: Statement, access: Access) -> bool | None:
    """Tell whether a statement applies to an access; None if that cannot be told."""
    has_action = any(is_like(access.action.lower(), each.lower()) for each in statement.actions)
    if has_action == statement.negates_actions:
        return False
    has_resource = _any(_matches(each, access) for each in statement.resources)
    results = [
        None if has_resource is None else has_resource != statement.negates_resources,
        *(
            _condition(operator, key, expected, access)
            for operator, keys in statement.conditions.items()
            for key, expected in keys.items()
        ),
    ]
    if False in results:
        return False
    return None if None in results else True


def _matches(resource: str, access: Access) -> bool | None:
    """Tell whether an access is to a resource; None if a variable in its ARN is not known."""
    if resource == "*":
        return True
    pattern = _filled_in(resource, access)
    return None if pattern is None else is_arn_like(access.resource, pattern)


def _condition(operator: str, key: str, expected: tuple[str, ...], access: Access) -> bool | None:
    filled_in = [_filled_in(each, access) for each in expected]
    known = tuple(each for each in filled_in if each is not None)
    return holds(operator, access.keys.get(key), known) if len(known) == len(expected) else None


def _filled_in(text: str, access: Access) -> str | None:
    """Fill in policy variables such as `${aws:username}`; None if one is not known.

    A value with a wildcard in it would be taken for one, so it counts as not known.
    """
    names = _VARIABLE.findall(text)
    values = {name: access.keys.get(name.lower()) for name in names}
    if any(value is None or _WILDCARD.search(value) for value in values.values()):
        return None
    return _VARIABLE.sub(lambda matched: str(values[matched[1]]), text)


def _any(results: Iterable[bool | None]) -> bool | None:
    found = set(results)
    if True in found:
        return True
    return None if None in found else False
