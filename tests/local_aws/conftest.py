"""Runs the tests that are coroutines, each in an event loop of its own and within a time limit."""

import asyncio
import inspect
from collections.abc import Iterator

import pytest
from moto.server import ThreadedMotoServer

TIME_LIMIT_SECONDS = 60


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    asyncio.run(asyncio.wait_for(pyfuncitem.obj(**arguments), TIME_LIMIT_SECONDS))
    return True


@pytest.fixture(scope="session")
def moto_endpoint() -> Iterator[str]:
    """The address of moto's own server, for what needs services that answer and nothing else."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()
