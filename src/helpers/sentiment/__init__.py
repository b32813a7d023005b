"""Verdicts read from words: the shipped models, how they were trained, how far they can be trusted."""
