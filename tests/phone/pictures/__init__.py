"""Pictures of every screen of the customer's app, taken with real data and looked at for faults."""
