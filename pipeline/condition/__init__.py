"""Conditions: grammar, type check against questions and findings, three-valued evaluation with reasons."""
