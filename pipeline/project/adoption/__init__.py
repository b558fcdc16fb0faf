"""Adoption: the ministry's own file as the text of record, and whether a PDF of it says the same."""
