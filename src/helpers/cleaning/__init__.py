"""02_cleaning: rules, merges, texts and the rules that a company states."""
