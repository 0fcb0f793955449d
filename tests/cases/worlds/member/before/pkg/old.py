class B:
    size = 7
