"""Runs a built mini-program in a browser: its files, and the way to the shop's server.

What `miniprogram/tools/wxrun` made of the real build is served to the frame in a phone; what it
asks of the shop goes through `/forward/`, to one address and no other. This machine only.
"""

from app.simulator.runner.server import RunningRunner, start
from app.simulator.runner.site import Runner, create_runner

__all__ = ["Runner", "RunningRunner", "create_runner", "start"]
