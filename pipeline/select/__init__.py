"""Findings and library in, selection out: for each clause in, out or open, with reasons."""
