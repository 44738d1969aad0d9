"""`azmlflow doctor`: the whole state of a machine and a project as plain data and as a page; nothing is asked for it."""
