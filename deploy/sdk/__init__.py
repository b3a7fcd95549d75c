"""Other people's WeChat libraries, unmodified, against the simulator: `python -m deploy.sdk`."""
