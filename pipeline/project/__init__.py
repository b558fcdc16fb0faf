"""Folders, packaged content and the conductor: the only part that knows where things lie on disk."""
