"""What services tell of themselves, on its way to CloudWatch and its logs."""
