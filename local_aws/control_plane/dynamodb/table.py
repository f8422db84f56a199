"""A table whose Query costs what is in the partition, not what is in the table."""

from collections import defaultdict
from copy import copy
from typing import Any

import moto.dynamodb.models.table as moto_table
from moto.dynamodb.models.dynamo_type import DynamoType, Item


class Table(moto_table.Table):
    """moto's, which sorts every item that there is before it looks for those of one partition."""

    def query(  # noqa: PLR0913, PLR0917 - moto's own parameters
        self,
        hash_key: DynamoType | None,
        range_comparison: str | None,
        range_objs: list[DynamoType],
        limit: int,
        exclusive_start_key: dict[str, Any],
        scan_index_forward: bool,  # noqa: FBT001 - as above
        projection_expressions: list[list[str]] | None,
        index_name: str | None = None,
        *arguments: Any,
        **options: Any,
    ) -> tuple[list[Item], int, dict[str, Any] | None]:
        """Return the items of a page, how many were looked at, and where the next one starts."""
        searched: moto_table.Table = self
        if index_name is None:
            searched = copy(self)
            partition = {hash_key: self.items[hash_key]} if hash_key in self.items else {}
            searched.items = defaultdict(dict, partition)
        return moto_table.Table.query(
            searched,
            hash_key,
            range_comparison,
            range_objs,
            limit,
            exclusive_start_key,
            scan_index_forward,
            projection_expressions,
            index_name,
            *arguments,
            **options,
        )
