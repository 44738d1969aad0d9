"""The commands that every editor has, one file each; `execute_command.py` lists them."""
