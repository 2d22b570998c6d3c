"""A package, so that its conftest is not taken for the one above: both are named the same."""
