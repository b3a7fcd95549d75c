"""What a mini-program may ask of the platform beyond login, codes and subscribe messages."""
