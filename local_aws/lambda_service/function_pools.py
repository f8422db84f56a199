"""The pools of all functions at all of their versions, which share what there is."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from local_aws.lambda_service.deployed_functions import FunctionKey
from local_aws.lambda_service.environment_plan import EnvironmentPlan
from local_aws.lambda_service.errors import (
    FunctionDisabledError,
    ThrottleReason,
    TooManyRequestsError,
)
from local_aws.lambda_service.function_pool import FunctionPool, PoolEvents
from local_aws.publication import Function


class FunctionPools:
    """One pool for each deployed version, and those of removed ones until their last event ends."""

    def __init__(
        self, plan: Callable[[Function], EnvironmentPlan], *, maximum_environments: int
    ) -> None:
        """Begin without a pool.

        Args:
            plan: Returns what the environments of a function are made of.
            maximum_environments: How many there may be of all functions together.
        """
        self._plan = plan
        self._maximum_environments = maximum_environments
        self._pools: dict[FunctionKey, FunctionPool] = {}
        self._removed: list[FunctionPool] = []

    def __getitem__(self, key: FunctionKey) -> FunctionPool:
        """Return the pool of a deployed version."""
        return self._pools[key]

    def __iter__(self) -> Iterator[FunctionPool]:
        """Return the pool of each deployed version."""
        return iter(self._pools.values())

    def update(self, functions: Mapping[FunctionKey, Function]) -> list[Function]:
        """Take over what is deployed now, and return what is new or needs new environments."""
        for key in self._pools.keys() - functions.keys():
            pool = self._pools.pop(key)
            pool.remove()
            self._removed.append(pool)
        self._removed = [pool for pool in self._removed if pool.process_count]
        changed = []
        for key, function in functions.items():
            known = self._pools.get(key)
            if known is not None and _same_environments(known.function, function):
                continue
            if known is None:
                events = PoolEvents(partial(self._may_start, key), self._capacity_freed)
                self._pools[key] = FunctionPool(self._plan(function), events)
            else:
                known.replace(self._plan(function))
            changed.append(function)
        return changed

    def check_concurrency(self, function: Function) -> None:
        """Hold a function to what is reserved for it, all of its versions together.

        Raises:
            TooManyRequestsError: It is busy with as many events as it may be.
        """
        reserved = function.reserved_concurrency
        if reserved is None:
            return
        reason = ThrottleReason.RESERVED_CONCURRENCY
        if reserved == 0:
            raise FunctionDisabledError("Rate Exceeded.", reason=reason)
        pools = (pool for (arn, _), pool in self._pools.items() if arn == function.arn)
        if sum(pool.concurrency for pool in pools) >= reserved:
            raise TooManyRequestsError("Rate Exceeded.", reason=reason)

    async def close(self) -> None:
        """Refuse every invocation, end every process, and wait until they have ended."""
        pools = (*self._pools.values(), *self._removed)
        await asyncio.gather(*(pool.close() for pool in pools))

    def _may_start(self, key: FunctionKey) -> bool:
        """Tell whether there may be one more environment; if not, an idle one is given up."""
        pools = (*self._pools.values(), *self._removed)
        if sum(pool.process_count for pool in pools) < self._maximum_environments:
            return True
        if any(pool.ending_count for pool in pools):
            return False
        idle = [
            (pool.idle_since, pool)
            for other, pool in self._pools.items()
            if other != key and pool.idle_since is not None
        ]
        if idle:
            min(idle, key=lambda each: each[0])[1].stop_longest_idle()
        return False

    def _capacity_freed(self) -> None:
        for pool in tuple(self._pools.values()):
            if pool.is_waiting:
                pool.advance()


def _same_environments(function: Function, other: Function) -> bool:
    """Tell whether environments of the one do for the other."""
    return _environments(function) == _environments(other)


def _environments(function: Function) -> Function:
    """Leave out what is none of an environment's business."""
    return replace(function, permissions=(), reserved_concurrency=None, dead_letter_arn=None)
