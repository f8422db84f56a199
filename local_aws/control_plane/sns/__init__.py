"""SNS with messages to functions as AWS sends them."""
