"""Blocking: a reference video becomes the key poses that matter, on a rig's own controls."""
