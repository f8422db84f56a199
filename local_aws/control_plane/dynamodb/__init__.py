"""DynamoDB, where moto falls short."""
