"""The import of the echo's handler, after what AWS's runtime has imported for itself."""

import time

import awslambdaric.bootstrap  # type: ignore[import-untyped]  # no types  # noqa: F401 - AWS's part

began, cpu_began = time.perf_counter(), time.process_time()

from handlers.default import handler  # noqa: F401 - the import is what is measured

seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu_began

import json

print(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds}))
