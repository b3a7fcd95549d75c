"""High availability on one machine's stand-in: pairs of servers, and what happens when one dies."""
