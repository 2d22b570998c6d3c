"""The player: one run of a graph, stepped through in a page of its own (`page`) or in a notebook."""
