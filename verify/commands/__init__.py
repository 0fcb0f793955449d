"""The subcommands of `rehome`, one a file.

A module in this folder is a subcommand by being there: its name (with dashes
for underscores) is what the user types, the first line of its docstring is
what `rehome --help` says of it, and its `command` is the click command. It is
imported only when it is run. A name that begins with an underscore is a helper.
"""
