"""How fast local_aws is, and how much memory it takes."""
