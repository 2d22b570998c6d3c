"""What several rooms of tests share: graphs to try, oracles to ask, and the table of edges."""
