"""Reading DynamoDB streams, with iterators that nobody has to remember."""

import re
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

from moto.core.exceptions import JsonRESTError
from moto.dynamodbstreams import urls
from moto.dynamodbstreams.models import DynamoDBStreamsBackend

from local_aws.control_plane.dynamodbstreams.shard import Shard

_ITERATOR: Final = re.compile(r"(?P<stream>arn:[^|]+)\|1\|(?P<sequence_number>[0-9]+)")


@dataclass(frozen=True, slots=True)
class Iterator:
    """A place in a stream; like AWS's, its `arn` begins with that of the stream."""

    stream_arn: str
    sequence_number: int

    @property
    def arn(self) -> str:
        """What callers get to see of it."""
        return f"{self.stream_arn}|1|{self.sequence_number}"


class Backend(DynamoDBStreamsBackend):
    """moto's backend; it keeps no iterator, of which a poller needs hundreds in a minute."""

    @property
    def _url_module(self) -> ModuleType:
        return urls  # moto derives it from the name of the module that defines the class

    def describe_stream(self, arn: str) -> dict[str, Any]:
        """Describe a stream, of which records may be left when it has been switched off."""
        shard = self._shard(arn)
        return {
            "StreamArn": arn,
            "StreamLabel": shard.table.latest_stream_label,
            "StreamStatus": "ENABLED" if shard.is_enabled else "DISABLED",
            "StreamViewType": shard.view_type,
            "CreationRequestDateTime": shard.created_on,
            "TableName": shard.table.name,
            "KeySchema": shard.table.schema,
            "Shards": [shard.to_json()],
        }

    def get_shard_iterator(  # type: ignore[override]  # moto's kind of iterator is remembered
        self,
        arn: str,
        shard_id: str,
        shard_iterator_type: str,
        sequence_number: int | str | None = None,
    ) -> Iterator:
        """Return a place in a shard."""
        shard = self._shard(arn)
        if shard.id != shard_id:
            raise _error("ResourceNotFoundException", f"Shard {shard_id} is none of {arn}.")
        match shard_iterator_type, sequence_number:
            case "TRIM_HORIZON", _:
                return Iterator(arn, shard.starting_sequence_number)
            case "LATEST", _:
                return Iterator(arn, shard.starting_sequence_number + len(shard.items))
            case "AT_SEQUENCE_NUMBER", int() | str():
                return Iterator(arn, int(sequence_number))
            case "AFTER_SEQUENCE_NUMBER", int() | str():
                return Iterator(arn, int(sequence_number) + 1)
        raise _error(
            "ValidationException",
            f"There is no iterator of type {shard_iterator_type} with this SequenceNumber.",
        )

    def get_records(self, iterator_arn: str, limit: int) -> dict[str, Any]:
        """Return records from a place on, and the place after them."""
        found = _ITERATOR.fullmatch(iterator_arn)
        if found is None:
            raise _error("ValidationException", "Invalid ShardIterator.")
        shard, position = self._shard(found["stream"]), int(found["sequence_number"])
        records = shard.get(max(position, shard.starting_sequence_number), limit)
        following = Iterator(found["stream"], position + len(records))
        return {"NextShardIterator": following.arn, "Records": records}

    def _shard(self, stream_arn: str) -> Shard:
        for table in list(self.dynamodb.tables.values()):
            name = f"{table.table_arn}/stream/{table.latest_stream_label}"
            if name == stream_arn and isinstance(table.stream_shard, Shard):
                return table.stream_shard
        raise _error("ResourceNotFoundException", f"Requested resource not found: {stream_arn}")


def _error(kind: str, message: str) -> JsonRESTError:
    return JsonRESTError(kind, message)
