"""What farms and studios need of Blender: a process that stays, films, hooks, layers, reports."""
