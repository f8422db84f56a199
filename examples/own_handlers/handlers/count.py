"""The route `count`: how many messages has this connection sent?"""

import json
from typing import Any

from websocket_api import clients, environment, keys, responses
from websocket_api.events import parse_message

TABLE_NAME = environment.table_name()
DYNAMODB = clients.dynamodb()


def handler(event: dict[str, Any], _context: object) -> responses.ProxyResult:
    """Count this message in the connection's row, and reply with the total."""
    connection_id = parse_message(event).connection_id
    row = DYNAMODB.update_item(
        TableName=TABLE_NAME,
        Key={
            keys.PARTITION_KEY: {"S": keys.connection_partition(connection_id)},
            keys.SORT_KEY: {"S": keys.connection_sort_key(connection_id)},
        },
        UpdateExpression="ADD messages :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
        ReturnValues="UPDATED_NEW",
    )
    return responses.reply(json.dumps({"messages": int(row["Attributes"]["messages"]["N"])}))
