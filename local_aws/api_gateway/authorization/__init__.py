"""Who may connect: Lambda authorizers, IAM, and API keys; nobody gets past one that fails."""
