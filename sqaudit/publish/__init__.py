"""Notebooks into a dated folder and its formats: run, pages, workbook, forms, manifest."""
