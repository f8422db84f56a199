"""The page at `/_console`: connections, messages as they come, routes and tables of what is served.

It is for whoever sits at this machine, and costs nothing while nobody looks at it.
"""
