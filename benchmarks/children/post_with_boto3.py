"""Post to many connections as everybody does it: boto3 and 32 threads."""

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

THREADS = 32

posts, body = int(sys.argv[1]), sys.argv[2].encode()
client = boto3.client(
    "apigatewaymanagementapi",
    endpoint_url=os.environ["WEBSOCKET_MANAGEMENT_ENDPOINT"],
    config=Config(max_pool_connections=THREADS),
)


def post(number: int) -> None:
    """Post to one connection."""
    client.post_to_connection(ConnectionId=f"R1kExam{number:06}A=", Data=body)


with ThreadPoolExecutor(THREADS) as pool:
    list(pool.map(post, range(THREADS * 2)))
    began, cpu_began = time.perf_counter(), time.process_time()
    list(pool.map(post, range(posts)))
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu_began

print(json.dumps({"posts": posts, "seconds": seconds, "cpu_seconds": cpu_seconds}))
