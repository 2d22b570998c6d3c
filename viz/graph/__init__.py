"""The computation graph as a picture: found (`neurons`), folded (`fold`), written (`dot`), rendered (`render`)."""
