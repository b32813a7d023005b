"""06_voc: aspects and themes of feedback, wishes, and what complaints go with."""
