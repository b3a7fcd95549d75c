"""An application behind the door of app.web.bodies, for a real server: it answers what it was sent."""

from app.config import Settings
from app.web.bodies import FewAwaited, TooManyAwaited, places_for


def _echo(environ, start_response):
    try:
        body = environ["wsgi.input"].read()
    except TooManyAwaited as refusal:
        start_response(f"{refusal.status} Busy", [])
        return [b""]
    start_response("200 OK", [])
    return [body]


app = FewAwaited(_echo, at_once=places_for(database_pool=Settings.database_pool))
