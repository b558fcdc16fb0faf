"""Assessment in, findings out: conclusions with their reasons, computed in closed forms."""
