"""Text and bytes to values that know their place: file with line and column, workbook cell, table row."""
