"""Clausewright: from an agency's assessment to a draft national guideline or strategy on AI in law enforcement."""

__version__ = "0.1.0"
