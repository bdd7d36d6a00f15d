"""Record kinds, and what is wrong with the records of a run."""
