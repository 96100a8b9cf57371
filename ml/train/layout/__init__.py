"""Training of the layout networks."""
