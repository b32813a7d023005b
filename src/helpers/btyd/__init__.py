"""Buy-till-you-die models, from purchase histories to intervals."""
