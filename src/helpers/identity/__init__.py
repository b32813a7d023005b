"""Who is who: contact points and names in one form, pairs and groups of records, the ledger of ids, the vault."""
