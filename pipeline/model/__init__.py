"""The vocabulary: frozen types that every other folder speaks in; they hold invariants and no behaviour beyond them."""
