"""Training of the judgement of which feet stand."""
