"""Arrays in, arrays out: the part of Understudy that knows nothing of Blender."""
