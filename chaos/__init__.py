"""Everything goes wrong at once, and the promises are checked: `python -m chaos`."""
