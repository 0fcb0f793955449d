"""What runs in a side's process for `rehome behaviour`: standard library only.

Nothing of ours is imported by its absolute name, since no folder of ours is on the
import path of a side.
"""
