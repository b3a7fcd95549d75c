"""The master key of every test process. Made of nothing, for it guards nothing."""

MASTER_KEY = b"only-for-tests-".ljust(32, b"-")
