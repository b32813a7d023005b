"""Answers beside the truth of a simulated company, by notebook."""
