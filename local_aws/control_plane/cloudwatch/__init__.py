"""Amazon CloudWatch: metrics by their exact dimensions, and alarms that judge them and act."""
