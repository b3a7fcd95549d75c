"""Merchant transfers: money from a merchant to a person, who confirms on the phone."""
