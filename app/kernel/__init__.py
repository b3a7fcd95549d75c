"""Words every subject shares: the database, money, time, numbers, errors, the outbox."""
