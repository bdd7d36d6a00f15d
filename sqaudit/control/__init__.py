"""Is it real: control charts, since when, seasons, and extracts that break off."""
