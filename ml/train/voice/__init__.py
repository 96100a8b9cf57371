"""Training of the acoustic network on synthetic speech."""
