"""What HTTP edges share: parsing, who is calling, limits, errors, documentation, logs."""
