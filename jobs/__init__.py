"""What happens after a request is answered: the outbox's work, and sweeps over what is due.

Read `subscriptions.py` (which fact starts which job) and `schedule.py` (what is swept when).
"""
