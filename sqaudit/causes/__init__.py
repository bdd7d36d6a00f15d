"""Root causes: is a change real, how much of it is mix, and where it comes from."""
