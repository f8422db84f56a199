import itertools
import json
import threading

from local_aws.control_plane.sqs.queue import Queue
from tests.local_aws.control_plane.conftest import ControlPlane

NUMBERS = itertools.count(1)
MESSAGES = 60


def test_nothing_that_is_sent_is_lost_while_others_delete(control_plane: ControlPlane) -> None:
    client = control_plane.client("sqs")
    url = client.create_queue(QueueName=f"busy-{next(NUMBERS)}")["QueueUrl"]
    sent = threading.Event()

    def send() -> None:
        sender = control_plane.client("sqs")
        for number in range(MESSAGES):
            sender.send_message(QueueUrl=url, MessageBody=str(number))
        sent.set()

    thread = threading.Thread(target=send)
    thread.start()
    seen: set[str] = set()
    while True:
        was_sent = sent.is_set()
        messages = client.receive_message(QueueUrl=url).get("Messages") or []
        for message in messages:
            seen.add(message["Body"])
            client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        if was_sent and not messages:
            break
    thread.join()
    assert len(seen) == MESSAGES


def test_redrive_policy_is_told_as_terraform_writes_it(control_plane: ControlPlane) -> None:
    client = control_plane.client("sqs")
    name = f"letters-{next(NUMBERS)}"
    client.create_queue(QueueName=f"{name}-dead")
    arn = f"arn:aws:sqs:us-east-1:123456789012:{name}-dead"
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5}, separators=(",", ":"))
    url = client.create_queue(QueueName=name, Attributes={"RedrivePolicy": policy})["QueueUrl"]
    told = client.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])
    assert told["Attributes"] == {"RedrivePolicy": policy}


def test_deletion_waits_for_whoever_adds_a_message() -> None:
    queue = Queue("queue", "us-east-1", "123456789012")  # type: ignore[abstract]  # only CloudFormation's
    queue.deleted_messages.add("deleted-before")
    with queue._messages_lock:
        deleting = threading.Thread(target=queue.delete_message, args=("deleted-before",))
        deleting.start()
        deleting.join(0.05)
        assert deleting.is_alive()
    deleting.join()
