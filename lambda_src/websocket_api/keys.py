"""The primary keys of the DynamoDB table: this side of the contract with infra/table.tf.

=============  =================  =================
row            ``pk``             ``sk``
=============  =================  =================
a connection   CONNECTION#<id>    CONNECTION#<id>
=============  =================  =================

Whatever else belongs to one connection takes the same ``pk``, so that one Query finds all of it.
"""

from __future__ import annotations

PARTITION_KEY = "pk"
SORT_KEY = "sk"
TTL_ATTRIBUTE = "ttl"
"""Epoch seconds after which DynamoDB may delete the row."""


def connection_partition(connection_id: str) -> str:
    """Return the ``pk`` that all rows of a connection share."""
    return f"CONNECTION#{connection_id}"


def connection_sort_key(connection_id: str) -> str:
    """Return the ``sk`` of the connection's own row."""
    return f"CONNECTION#{connection_id}"
