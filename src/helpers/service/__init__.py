"""Service in 06_voc: waiting times, what goes with them, what customers buy after a case."""
