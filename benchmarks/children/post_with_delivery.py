"""Post to many connections through the library's delivery, as a publish does."""

import json
import sys
import time

from websocket_api.resources import Resources

posts, body = int(sys.argv[1]), sys.argv[2].encode()
delivery = Resources.from_environment(None).delivery


def send(count: int) -> None:
    """Send to so many connections, all of which have to get it."""
    connections = [f"R1kExam{number:06}A=" for number in range(count)]
    report = delivery.send(connections, body, deadline=time.time() + 600)
    if report.delivered != count:
        raise SystemExit(f"{count} posts, and the report is {report}")


send(512)
began, cpu_began = time.perf_counter(), time.process_time()
send(posts)
seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu_began

print(json.dumps({"posts": posts, "seconds": seconds, "cpu_seconds": cpu_seconds}))
