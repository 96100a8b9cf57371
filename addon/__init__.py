"""The Blender-facing core: properties, animation, rigs, jobs, the ledger, the command line."""
