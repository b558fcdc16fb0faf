"""Word files as parts: safely opened, styles found by name, anchors, numbering, charts, packed the same each time."""
