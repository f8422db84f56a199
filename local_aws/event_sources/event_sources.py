"""The pollers of all event source mappings."""

import asyncio
from collections.abc import Iterable

from local_aws.event_sources.queue_poller import QueuePoller
from local_aws.event_sources.reader import Reader, ReaderServices
from local_aws.event_sources.stream_poller import StreamPoller
from local_aws.lambda_service.function_reference import LATEST
from local_aws.publication import EventSourceMapping, Function

Poller = QueuePoller | StreamPoller


class EventSources:
    """One poller for each mapping that there is; `close` has to be called in the end."""

    def __init__(self, services: ReaderServices) -> None:
        self._services = services
        self._pollers: dict[str, Poller] = {}
        self._stopping: dict[asyncio.Task[None], Poller] = {}
        self._is_closed = False

    def update(self, functions: Iterable[Function], mappings: Iterable[EventSourceMapping]) -> None:
        """Take over the functions and mappings that are deployed now."""
        if self._is_closed:
            return
        known = {each.arn: each for each in functions if each.version == LATEST}
        current = {mapping.uuid: mapping for mapping in mappings}
        for uuid in self._pollers.keys() - current.keys():
            self._stop(self._pollers.pop(uuid))
        for uuid, mapping in current.items():
            function = known.get(_unqualified(mapping.function_arn))
            if uuid in self._pollers:
                self._pollers[uuid].reader.update(mapping, function)
            else:
                self._pollers[uuid] = self._start(mapping, function)

    async def close(self) -> None:
        """End every poller at once."""
        self._is_closed = True
        stopping = tuple(self._stopping)
        pollers = (*self._pollers.values(), *self._stopping.values())
        await asyncio.gather(*(poller.abandon() for poller in pollers))
        await asyncio.gather(*stopping)

    def _start(self, mapping: EventSourceMapping, function: Function | None) -> Poller:
        reader = Reader(mapping, function, self._services)
        kind = QueuePoller if mapping.event_source_arn.split(":")[2] == "sqs" else StreamPoller
        poller = kind(reader, self._services.settings)
        poller.task.add_done_callback(lambda task: _report_failure(task, reader))
        return poller

    def _stop(self, poller: Poller) -> None:
        task = asyncio.create_task(poller.stop())
        self._stopping[task] = poller
        task.add_done_callback(self._stopping.pop)


def _unqualified(function_arn: str) -> str:
    return ":".join(function_arn.split(":")[:7])


def _report_failure(task: asyncio.Task[None], reader: Reader) -> None:
    """Say that a poller ended, which none does by itself."""
    if not task.cancelled() and (error := task.exception()) is not None:
        reader.complain(f"its poller ended: {error!r}")
