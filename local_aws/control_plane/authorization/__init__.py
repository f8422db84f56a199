"""IAM for the calls to this AWS: who calls, what the call needs, and AWS's refusal."""
