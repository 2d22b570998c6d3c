"""The graph as a picture: found (`neurons`), folded (`fold`), written (`dot`, `cards`) and laid out (`render`)."""
