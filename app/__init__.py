"""Kabao: the ledger of promises between a merchant and its members."""
