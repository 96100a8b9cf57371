"""In-betweens of keyed bones."""
