"""The improvement plan as data."""
