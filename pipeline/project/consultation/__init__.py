"""Consultation: reviewers' files into a comment-resolution matrix, and its answers back into files and decisions."""
