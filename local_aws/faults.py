"""Faults that are injected on request, so that the unlucky paths of an application can be tested.

AWS does each of these, though seldom while somebody looks. Whoever injects one says so in the
terminal and names the option, so that nobody looks for its cause elsewhere.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What goes wrong, and how often; by default nothing does.

    Attributes:
        drop_disconnect: Share of connections, from 0 to 1, whose `$disconnect` never comes: it has
            no guarantee of delivery, says "Manage connected users and client apps: $connect and
            $disconnect routes".
        slow_connect_seconds: How much later a connection opens than `$connect` lets it in; until
            then a post to it is answered with 410.
        gone_race: Share of posts to an open connection that are answered with 410, as to one that
            has just gone; a connection suffers it once, so that it is there when tried again.
        throttled_post: Share of posts to an open connection that are answered with 429.
        slow_post_seconds: How much later a post, which on AWS has a network to cross, is answered.
        cold_start_seconds: How much later the first event of an execution environment begins.
        draw: Gives a random number from 0 to below 1.
    """

    drop_disconnect: float = 0.0
    slow_connect_seconds: float = 0.0
    gone_race: float = 0.0
    throttled_post: float = 0.0
    slow_post_seconds: float = 0.0
    cold_start_seconds: float = 0.0
    draw: Callable[[], float] = random.random

    def drops_disconnect(self) -> bool:
        """Draw whether a connection ends unheard."""
        return self.draw() < self.drop_disconnect

    def loses_race(self) -> bool:
        """Draw whether a post finds its connection gone."""
        return self.draw() < self.gone_race

    def throttles_post(self) -> bool:
        """Draw whether a post is one too many."""
        return self.draw() < self.throttled_post


NO_FAULTS = Faults()
