"""What the watcher's side and the shop's side have to agree on."""

from websocket_api import HistoryPolicy

CHANNEL = "orders"

HISTORY = HistoryPolicy(messages=100, seconds=3_600)
"""What a dashboard that opens sees first: the last hundred messages of the last hour."""
