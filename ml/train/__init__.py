"""Training of the networks that ship. Needs torch; nothing in the extension imports it."""
