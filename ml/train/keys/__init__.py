"""Training of the key picker: blocking clips made from capture, seen as the stage sees them."""
