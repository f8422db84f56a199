"""The server of a client that only listens: whoever is let in is known as the token's subject."""

from websocket_api import App

app = App()
handler = app.handler
