"""AWS's services without the SDK: what a broadcast and a cold start cannot pay for otherwise."""
