"""Tables on which invocations are killed, or run into each other, wherever a test wants them to."""

from __future__ import annotations

from threading import Semaphore, Thread, get_ident
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from websocket_api.table import Condition, Key, Page, Row, Table


class Killed(BaseException):
    """Lambda has killed the function: no code of it runs any more."""


class WrappedTable:
    """Does what another table does, after ``before`` and before ``after``."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def before(self, *, writes: bool) -> None:
        """Do something before each call."""

    def after(self, *, writes: bool) -> None:
        """Do something after each call."""

    def get(
        self, key: Key, *, attributes: Sequence[str] = (), consistent: bool = True
    ) -> Row | None:
        self.before(writes=False)
        row = self._table.get(key, attributes=attributes, consistent=consistent)
        self.after(writes=False)
        return row

    def put(self, row: Row, *, condition: Condition | None = None) -> None:
        self.before(writes=True)
        self._table.put(row, condition=condition)
        self.after(writes=True)

    def update(
        self,
        key: Key,
        *,
        values: Row | None = None,
        defaults: Row | None = None,
        increments: Mapping[str, int] | None = None,
        condition: Condition | None = None,
    ) -> Row:
        self.before(writes=True)
        row = self._table.update(
            key, values=values, defaults=defaults, increments=increments, condition=condition
        )
        self.after(writes=True)
        return row

    def delete(self, key: Key, *, condition: Condition | None = None) -> None:
        self.before(writes=True)
        self._table.delete(key, condition=condition)
        self.after(writes=True)

    def query(self, partition: str, **arguments: Any) -> Page:
        self.before(writes=False)
        page = self._table.query(partition, **arguments)
        self.after(writes=False)
        return page


class KillingTable(WrappedTable):
    """Kills whoever calls it at one of its next writes, before it is done or after."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self.writes_left: int | None = None
        """How many writes are let through before the kill; None lets all through."""
        self.kills_after_the_write = False

    def before(self, *, writes: bool) -> None:
        if writes and self.writes_left == 0 and not self.kills_after_the_write:
            raise Killed

    def after(self, *, writes: bool) -> None:
        if writes and self.writes_left is not None:
            if self.writes_left == 0:
                raise Killed
            self.writes_left -= 1


class InterleavedTable(WrappedTable):
    """Lets several invocations make their calls in the order that a test chooses."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._turns: dict[int, Semaphore] = {}
        self._paused = Semaphore(0)

    def before(self, *, writes: bool) -> None:  # noqa: ARG002 - reads have their turn too
        turn = self._turns.get(get_ident())
        if turn is not None:
            self._paused.release()
            turn.acquire()

    def run(self, schedule: Sequence[int], *invocations: Callable[[], object]) -> None:
        """Run invocations to their end, one call of the table at a time.

        Args:
            schedule: the numbers of the invocations, in the order in which they make their calls;
                what is left of them then follows, one invocation after the other.
            invocations: what runs.
        """
        finished: set[int] = set()
        errors: list[Exception] = []
        turns = [Semaphore(0) for _ in invocations]

        def live(number: int) -> None:
            self._turns[get_ident()] = turns[number]
            turns[number].acquire()
            try:
                invocations[number]()
            except Exception as error:  # noqa: BLE001 - raised again below
                errors.append(error)
            finished.add(number)
            del self._turns[get_ident()]
            self._paused.release()

        threads = [Thread(target=live, args=(number,)) for number in range(len(invocations))]
        for thread in threads:
            thread.start()
        for number in schedule:
            if number not in finished:
                turns[number].release()
                self._paused.acquire()
        for number, turn in enumerate(turns):
            while number not in finished:
                turn.release()
                self._paused.acquire()
        for thread in threads:
            thread.join()
        if errors:
            raise errors[0]
