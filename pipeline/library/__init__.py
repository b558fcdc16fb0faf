"""Clauses, instruments, questionnaires, findings, glossary and outlines: files in, one checked Library out."""
