"""local_aws beside the emulator that comes closest to it."""
