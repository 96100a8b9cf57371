"""The commands, one file a stage. Each has `add_to(stages)`, which returns its parser.

A command's parser sets `command`, a function of the parsed arguments. It raises `base.Usage`
where the arguments do not fit the file, and UnderstudyError where the work fails.
"""

from . import block, face, inbetween, ledger, lipsync, playblast, serve

COMMANDS = (block, face, inbetween, ledger, lipsync, playblast, serve)
