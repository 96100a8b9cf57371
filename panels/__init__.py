"""The sidebar, one file a stage: drawing only."""
