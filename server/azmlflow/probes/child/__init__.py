"""What runs in the child process: in the interpreter of the user's code, with nothing of ours but this and `azure`.

A module that is named as a step of `outcome.STEPS` is this step and has `run(context)`. The modules that begin with an
underscore serve the step `network` alone; all others serve several steps, or the process itself. At the top a module imports
the standard library and ours only: the SDKs are the user's, and may be missing.
"""
