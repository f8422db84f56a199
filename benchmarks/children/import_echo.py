"""The import of the echo's handler, after what AWS's runtime has imported for itself."""

import time

import awslambdaric.bootstrap  # type: ignore[import-untyped]  # noqa: F401 - it ships no types

began, cpu_began = time.perf_counter(), time.process_time()

from handlers.default import handler  # noqa: E402, F401 - what is measured

seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu_began

import json  # noqa: E402 - it would be counted

print(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds}))
