"""A `Draft` drawn: writers choose no words and count no numbers."""
