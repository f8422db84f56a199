"""What tests of an application run on in the place of AWS."""
