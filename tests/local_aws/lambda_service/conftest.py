"""Runs tests that are coroutines, each in an event loop of its own and within a time limit."""

import asyncio
import inspect
from pathlib import Path

import pytest

from local_aws.publication import Function
from tests.local_aws.lambda_service.given import function_of

TIME_LIMIT_SECONDS = 60


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    asyncio.run(asyncio.wait_for(pyfuncitem.obj(**arguments), TIME_LIMIT_SECONDS))
    return True


@pytest.fixture
def greeter(tmp_path: Path) -> Function:
    """A function that returns its event."""
    return function_of(tmp_path)
