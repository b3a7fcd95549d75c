"""Events and messages for the apps' message servers: written, sealed, delivered, answered."""

from app.simulator.pushes.push import Push
from app.simulator.pushes.sender import Pushes

__all__ = ["Push", "Pushes"]
