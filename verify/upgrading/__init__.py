"""From one version of a package to another: infer, apply, and look what is left."""
