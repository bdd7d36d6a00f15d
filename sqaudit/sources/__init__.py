"""Sources: a first look at files and databases (`peek`), and their records in an engine (`attach`)."""
