"""An application: its handlers, and the Lambda function that runs them."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from websocket_api import environment, events, logs, metrics, responses
from websocket_api.application import Application
from websocket_api.close_reason import CloseReason
from websocket_api.connection import Connection, text_of
from websocket_api.deadlines import deadline_of
from websocket_api.encoding import to_json
from websocket_api.error_frames import INTERNAL, error_frame
from websocket_api.events import ConnectEvent, DisconnectEvent, MessageEvent
from websocket_api.invocation import Invocation
from websocket_api.outcomes import Accept, Reject, Reply
from websocket_api.refusals import UNKNOWN_ROUTE, Refusal
from websocket_api.router import Router

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from websocket_api.channel_policy import ChannelPolicy
    from websocket_api.channel_protocol import ChannelProtocol
    from websocket_api.resources import Resources

DEFAULT_ROUTE = "$default"
MAXIMUM_MESSAGE_BYTES = 131_072
"""The most that API Gateway sends at once (Quotas for configuring and running a WebSocket API)."""

_LOG = logging.getLogger(__name__)


class App(Router, Application):
    """The handlers of a WebSocket API, run by a function whose handler is ``App.handler``.

    The function may answer all routes of the API or some. Nothing of one event is kept for another,
    and several threads may handle events at once.
    """

    def __init__(
        self,
        *,
        channels: ChannelPolicy | None = None,
        keeps_connections: bool = True,
        two_way: bool = True,
        sets_up_logs: bool = True,
    ) -> None:
        """Take the settings; the table, the endpoint and limits come from the environment.

        Args:
            channels: how channels work, and whether clients may use them by themselves. Without it
                ``channel`` works all the same, with neither history nor presence.
            keeps_connections: whether $connect stores a connection and $disconnect removes it.
                Without, there are no users, attributes and channels, and no AWS client is made
                until a handler sends something.
            two_way: whether the routes have a route response (``two_way`` in the module's
                ``routes``), which carries replies and error frames for nothing; where a handler
                returns None, API Gateway sends an empty message by it. False has them posted.
            sets_up_logs: whether the logs of the whole function are written as ``logs`` does it.
                False leaves them as they are, for a logger such as Powertools'.
        """
        Router.__init__(self)
        Application.__init__(self, channels=channels)
        self._keeps_connections = keeps_connections
        self._two_way = two_way
        self._sets_up_logs = sets_up_logs
        self._included: list[Application] = []
        self._protocol: ChannelProtocol | None = None
        if channels is not None and channels.client_protocol:
            from websocket_api.channel_protocol import ChannelProtocol  # noqa: PLC0415 - only if on

            self._protocol = ChannelProtocol(self)

    @property
    def handler(self) -> Callable[[Mapping[str, Any], object], responses.ProxyResult]:
        """The Lambda function's handler.

        In an execution environment, asking for it makes the AWS clients and sets up the logs, so
        that both are done while Lambda initialises the function, on a full vCPU.

        Raises:
            MissingEnvironmentVariable: one that the application needs is absent or empty.
            InvalidEnvironmentVariable: one of them cannot be used.
        """
        if environment.is_execution_environment():
            if self._sets_up_logs:
                logs.configure(environment.log_level())
            metrics.check_environment()
            if self._keeps_connections:
                self.resources.prepare()
        return self.handle

    def handle(self, event: Mapping[str, Any], context: object) -> responses.ProxyResult:
        """Handle one event of API Gateway's, and return what it takes for an answer.

        Raises:
            InvalidEvent: it is no event of a WebSocket API.
        """
        parsed = events.parse(event)
        with (
            logs.event_invocation(event, context),
            metrics.invocation(),
            deadline_of(context, clock=self.resources.clock),
        ):
            if isinstance(parsed, ConnectEvent):
                return self._connect(parsed)
            if isinstance(parsed, DisconnectEvent):
                return self._disconnect(parsed)
            return self._message(parsed)

    def include(self, router: Router) -> None:
        """Take over all handlers that have been registered with another router or application.

        Raises:
            InvalidHandler: both have one for the same thing.
        """
        super().include(router)
        if isinstance(router, Application):
            self._included.append(router)

    def bind(self, resources: Resources) -> None:
        """Put the application, and those that it includes, on other resources, as tests do."""
        super().bind(resources)
        for application in self._included:
            application.bind(resources)

    def _connect(self, event: ConnectEvent) -> responses.ProxyResult:
        connection = Connection(event.connection_id, self.resources, opens_later=True)
        invocation = Invocation(application=self, event=event, connection=connection)
        try:
            outcome = self._admission(invocation)
            if isinstance(outcome, Accept):
                self._store(event, outcome)
        except Refusal as refusal:
            _LOG.info("connection refused", extra={"code": refusal.code})
            outcome = Reject()
        except Exception:  # noqa: BLE001 - logged, and the client sees HTTP 500
            _LOG.exception("connection refused: the application failed")
            metrics.count(metrics.HANDLER_ERRORS)
            return responses.fail()
        if isinstance(outcome, Reject):
            _LOG.info("connection rejected", extra={"status": outcome.status})
            metrics.count(metrics.CONNECTS_REJECTED)
            return {"statusCode": outcome.status}
        _LOG.info("connection accepted")
        metrics.count(metrics.CONNECTS)
        return responses.accept(subprotocol=_subprotocol(event, outcome))

    def _admission(self, invocation: Invocation) -> Accept | Reject:
        handler = self.registered("on_connect")
        if handler is not None:
            outcome: Accept | Reject = self._call(handler, invocation, (Accept, Reject))
            return outcome
        principal = invocation.event.authorizer.get("principalId")
        is_user = self._keeps_connections and isinstance(principal, str) and bool(principal)
        return Accept(user=principal if is_user else None)

    def _store(self, event: ConnectEvent, outcome: Accept) -> None:
        """Keep a connection before it opens, with all that it is to have from the start."""
        if not self._keeps_connections:
            if outcome != Accept(subprotocol=outcome.subprotocol):
                raise ValueError(
                    "on_connect gave the connection a user, attributes or channels, but the App "
                    "keeps no connections; take away keeps_connections=False."
                )
            return
        from websocket_api.connections import ConnectionRow  # noqa: PLC0415 - only if used

        row = ConnectionRow.from_event(
            event,
            ttl_seconds=self.resources.ttl_seconds,
            clock=self.resources.clock,
            user=outcome.user,
            attributes=outcome.attributes,
        )
        try:
            self.resources.connections.put(row)
            for channel in outcome.channels:
                self.resources.channels.subscribe(
                    row.connection_id, channel, user=row.user, ttl=row.ttl
                )
        except Exception:
            # API Gateway tells nothing more of a connection that it did not open.
            self._forget(row.connection_id)
            raise

    def _message(self, event: MessageEvent) -> responses.ProxyResult:
        metrics.count(metrics.MESSAGES)
        connection = Connection(event.connection_id, self.resources)
        invocation = Invocation(
            application=self, event=event, connection=connection, text=event.body
        )
        frame = None
        if self._protocol is not None and event.route_key == DEFAULT_ROUTE:
            frame = self._protocol.recognize(event.body)
        try:
            answer = partial(self._answer, event, frame)
            reply = self._call(answer, invocation, (Reply, type(None)))
            text = None if reply is None else _message_text(reply)
        except Refusal as refusal:
            _LOG.info("message refused", extra={"code": refusal.code, "field": refusal.field})
            text = to_json(error_frame(refusal, event, frame=frame))
        except Exception:  # noqa: BLE001 - logged, and the client gets an error frame
            _LOG.exception("message not answered: the application failed")
            metrics.count(metrics.HANDLER_ERRORS)
            text = to_json(error_frame(INTERNAL, event, frame=frame))
        if text is None:
            return responses.accept()
        if self._two_way:
            return responses.reply(text)
        connection.send(text)
        return responses.accept()

    def _answer(
        self, event: MessageEvent, frame: Mapping[str, Any] | None, invocation: Invocation
    ) -> Any:
        if self._protocol is not None and frame is not None:
            return Reply(self._protocol.answer(frame, invocation))
        handler = self.registered("on_message", event.route_key) or self.registered("on_default")
        if handler is None:
            raise Refusal(UNKNOWN_ROUTE, "Nothing here answers such a message.")
        return handler(invocation)

    def _disconnect(self, event: DisconnectEvent) -> responses.ProxyResult:
        connection = Connection(event.connection_id, self.resources)
        reason = CloseReason(event.disconnect_status_code, event.disconnect_reason)
        invocation = Invocation(
            application=self, event=event, connection=connection, subject=reason
        )
        succeeded = True
        handler = self.registered("on_disconnect")
        if handler is not None:
            try:
                self._call(handler, invocation, (object,))
            except Exception:  # noqa: BLE001 - logged, and the rows have to go all the same
                _LOG.exception("on_disconnect failed")
                succeeded = False
        if self._keeps_connections:
            succeeded = self._forget(event.connection_id) and succeeded
        metrics.count(metrics.DISCONNECTS if succeeded else metrics.HANDLER_ERRORS)
        _LOG.info("connection closed", extra={"disconnectStatusCode": reason.code})
        # API Gateway ignores the result, but its access log shows it.
        return responses.accept() if succeeded else responses.fail()

    def _forget(self, connection_id: str) -> bool:
        """Remove the rows of a connection, or leave them to TTL and log why."""
        try:
            self.resources.forget(connection_id)
        except Exception:  # noqa: BLE001 - logged, and left to TTL
            _LOG.exception("the connection's rows could not be removed")
            return False
        return True

    def _call(
        self,
        handler: Callable[[Invocation], Any],
        invocation: Invocation,
        allowed: tuple[type, ...],
    ) -> Any:
        """Return what a handler returns, or what takes over from it when it fails."""
        try:
            outcome = handler(invocation)
        except Exception as error:
            fallback = self.error_handler(error)
            if fallback is None:
                raise
            outcome = fallback(replace(invocation, subject=error))
        if not isinstance(outcome, allowed):
            names = " or ".join("None" if each is type(None) else each.__name__ for each in allowed)
            raise TypeError(
                f"A handler of the route {invocation.event.route_key} returned a "
                f"{type(outcome).__name__}; return {names}."
            )
        return outcome


def _subprotocol(event: ConnectEvent, outcome: Accept) -> str | None:
    """Return the subprotocol that was chosen, if the client offers it.

    A client that is given one that it has not asked for has to give up the connection.
    """
    chosen = outcome.subprotocol or event.authorizer.get("subprotocol")
    offered = [
        each.strip()
        for header in event.headers.get_all("Sec-WebSocket-Protocol")
        for each in header.split(",")
    ]
    return chosen if chosen in offered else None


def _message_text(reply: Reply) -> str:
    text = text_of(reply.value)
    if (size := len(text.encode())) > MAXIMUM_MESSAGE_BYTES:
        raise ValueError(
            f"The reply has {size} bytes; API Gateway sends {MAXIMUM_MESSAGE_BYTES} at the most."
        )
    return text
