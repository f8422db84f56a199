"""Who watches: every client may read the orders as they come, and do nothing else."""

from __future__ import annotations

import orders

from websocket_api import App, ChannelPolicy, SubscribeRequest

app = App(channels=ChannelPolicy(history=orders.HISTORY))


@app.on_subscribe
def may_watch(request: SubscribeRequest) -> bool:
    """Let everybody watch the orders."""
    return request.channel == orders.CHANNEL


handler = app.handler
