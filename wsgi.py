"""For servers and the flask command: `granian --interface wsgi wsgi:app`."""

from app.config import settings_here
from app.factory import create_app

app = create_app(settings_here())
