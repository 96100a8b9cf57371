"""Face: an actor, a voice line or a named expression becomes 52 expression curves."""
