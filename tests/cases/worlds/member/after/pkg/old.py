class B:
    length = 7
