"""Redline and merge: from versions and files by name to marked files, reports and reasons."""
