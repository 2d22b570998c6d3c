"""The `chalkgrad` command: formulas drawn and stepped through, and the demonstration."""
