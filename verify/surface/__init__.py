"""Which names can be imported from a revision's modules, read off their text."""
