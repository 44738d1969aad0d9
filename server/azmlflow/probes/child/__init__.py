"""What runs in the child process: in the interpreter of the user's code, with nothing of ours but this and `azure`."""
