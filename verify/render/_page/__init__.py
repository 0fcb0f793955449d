"""What stands on a page for people: values for the templates, escaped by them."""
