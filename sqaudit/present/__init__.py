"""What a reader sees: words in two languages, rounded numbers, tables, figures and blocks of a page."""
