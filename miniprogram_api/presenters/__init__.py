"""What answers look like: our frozen descriptions turned into words for a screen."""
