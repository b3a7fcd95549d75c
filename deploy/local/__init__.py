"""Kabao on one machine, from nothing but Python."""
