"""Reports: the parts of a page, each made from one review in the language of its reader."""
