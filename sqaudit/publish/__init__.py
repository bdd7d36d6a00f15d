"""Notebooks into a dated folder and its formats: the run, the pages, the workbook, the forms, the manifest."""
