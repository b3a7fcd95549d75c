"""Profit sharing: frozen money of paid orders, given to receivers in parts."""
