"""07_churn: who is about to leave, why, and whom it pays to contact."""
