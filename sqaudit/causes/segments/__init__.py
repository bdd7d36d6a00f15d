"""Which segments changed: a search over combinations of dimensions that knows noise and can say none."""
