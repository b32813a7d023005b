"""05_persona: what sets a segment apart, told on cards."""
