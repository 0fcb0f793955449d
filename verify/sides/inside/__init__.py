"""What runs inside a side's process: standard library only, and nothing of ours.

`start` is run by its path, so that no folder of ours is on the import path.
"""
