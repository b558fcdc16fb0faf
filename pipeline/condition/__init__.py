"""Conditions: their grammar, their type check against questions and findings, and three-valued evaluation with reasons."""
