"""Proofs over all answer sets: findings × library, in clauses for a SAT solver; defects, witnesses, counterfactuals."""
