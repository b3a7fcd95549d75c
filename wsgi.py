"""For servers and the flask command: `granian --interface wsgi wsgi:app`."""

import sys

from app.config import BadSettings, settings_here
from app.factory import create_app

try:
    app = create_app(settings_here())
except BadSettings as troubles:
    sys.exit(str(troubles))
