"""Whether two sides behave the same: their own tests, and traces of a driver.

What runs in the sides' processes lies in `inside`; everything else reads what those
report, and never imports the code that is compared.
"""
