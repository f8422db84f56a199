from local_aws.event_sources.stream_records import record_of


def test_record_of_an_expired_item_names_the_service() -> None:
    identity = {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
    record = record_of(
        {
            "eventID": "1",
            "eventName": "REMOVE",
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": "us-east-1",
            "dynamodb": {"ApproximateCreationDateTime": 1.5},
            "userIdentity": identity,
        },
        "arn",
    )
    assert record["userIdentity"] == {"principalId": "dynamodb.amazonaws.com", "type": "Service"}
