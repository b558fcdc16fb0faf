"""A country folder, filled workbooks and foreign tables to an Assessment; blank forms the other way."""
