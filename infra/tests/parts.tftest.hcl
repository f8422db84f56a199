# Parts that the same root makes: a plan does not know them yet.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "parts_may_be_unknown_or_secret" {
  module {
    source = "./tests/parts_of_the_same_root"
  }

  assert {
    condition     = output.websocket_urls == [for _ in range(2) : "wss://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod"]
    error_message = "Everything must be made in one apply."
  }
}
