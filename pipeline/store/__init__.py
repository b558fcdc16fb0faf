"""A store of versions: bytes in, a version folder whole or not at all; receipts, history, verifying."""
