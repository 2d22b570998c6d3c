"""Training to be scrubbed: a recording as a page that slides through it, and trains again from where you are."""
