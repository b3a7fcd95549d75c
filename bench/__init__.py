"""How much our hot operations cost, next to the least that the same work can cost here."""
