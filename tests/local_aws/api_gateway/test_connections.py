from tests.local_aws.api_gateway.given import serving


async def test_connection_is_found_from_its_opening_to_its_end() -> None:
    async with serving() as running:
        registry = running.gateway._lifecycle.connections
        async with running.connect():
            connection = running.connection()
            connection_id = connection.context.connection_id
            assert registry.find(("abc123", "prod"), connection_id) is connection
            assert registry.find(("abc123", "dev"), connection_id) is None
            assert registry.find(("other", "prod"), connection_id) is None
            connection.disconnect()
            assert registry.find(("abc123", "prod"), connection_id) is None
            assert list(registry) == []


async def test_connections_may_end_while_they_are_gone_through() -> None:
    async with serving() as running, running.connect() as one, running.connect() as two:
        for connection in running.gateway._lifecycle.connections:
            connection.disconnect()
        await one.wait_closed()
        await two.wait_closed()
        assert list(running.gateway._lifecycle.connections) == []
