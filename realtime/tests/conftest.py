"""What the stream's tests share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async
from django.db import connections


@pytest.fixture(autouse=True)
async def give_connections_back() -> AsyncIterator[None]:
    """The thread that runs an async test's database calls keeps its connection unless told otherwise."""
    yield
    await sync_to_async(connections.close_all)()
