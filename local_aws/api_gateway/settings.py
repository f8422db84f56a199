"""The limits of the data plane; the defaults are AWS's where AWS has published one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """Limits of the gateway.

    From "Quotas for configuring and running a WebSocket API" and "Amazon API Gateway quotas".

    Attributes:
        idle_timeout_seconds: A connection on which no frame went either way for so long is closed.
        maximum_lifetime_seconds: A connection that is so old is closed.
        maximum_message_bytes: The longest message, in either direction.
        maximum_frame_bytes: The longest frame; a longer message is sent in several.
        maximum_target_bytes: The longest path with query string of a request.
        maximum_head_bytes: The most that the headers of a request may take.
        maximum_body_bytes: The longest body that is read, to be refused if it is over the message
            limit; a longer one ends its connection.
        maximum_unread_bytes: What may wait in memory for a client that reads slowly; posts to it
            are refused beyond this, and nothing more is read from it. AWS publishes no figure.
        maximum_parallel_messages: How many messages of one connection are being handled at once;
            what comes on top waits unread. 1 handles them one after the other, in order. AWS
            publishes no figure.
        account_rate_per_second: How many requests an account may make in a Region, `@connections`
            included.
        account_burst: How many of them at once.
        connection_rate_per_second: How many connections an account may open in a Region.
        connection_burst: How many of them at once.
        closes_throttled_connections: Whether a message over a limit closes its connection with
            1008; if not, it is answered with an error. AWS documents both, and not which is when.
        verify_signatures: Whether callers of `@connections` have to sign, and need the right to.
        authorizer_timeout_seconds: How long a Lambda authorizer may take to decide.
        close_timeout_seconds: How long a client may take to answer a close frame.
        disconnect_grace_seconds: How long the gateway waits, as it closes, for `$disconnect`.
    """

    idle_timeout_seconds: float = 600.0
    maximum_lifetime_seconds: float = 7_200.0
    maximum_message_bytes: int = 131_072
    maximum_frame_bytes: int = 32_768
    maximum_target_bytes: int = 4_096
    maximum_head_bytes: int = 10_240
    maximum_body_bytes: int = 10_485_760
    maximum_unread_bytes: int = 1_048_576
    maximum_parallel_messages: int = 512
    account_rate_per_second: float = 10_000.0
    account_burst: int = 5_000
    connection_rate_per_second: float = 500.0
    connection_burst: int = 500
    closes_throttled_connections: bool = False
    verify_signatures: bool = True
    authorizer_timeout_seconds: float = 29.0
    close_timeout_seconds: float = 5.0
    disconnect_grace_seconds: float = 5.0
