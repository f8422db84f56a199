"""From the import of our $connect handler to the stored row."""

import time

began, cpu_began = time.perf_counter(), time.process_time()

import json
import sys
from pathlib import Path

from handlers.connect import handler

answer = handler(json.loads(Path(sys.argv[1]).read_bytes()), None)
seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu_began

if answer != {"statusCode": 200}:
    raise SystemExit(f"the row was not stored: {answer}")
print(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds}))
