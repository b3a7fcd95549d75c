"""`python -m bench.seed`: fill an empty database (DATABASE_URL, KABAO_SECRET) with a big shop.

A database in which there is a shop already is refused. A million vouchers and 200,000 members
take some minutes.
"""

import argparse
import os
import sys
import time

from sqlalchemy.engine import make_url

from app.config import Settings
from app.factory import create_app
from app.migrations.run import upgrade
from bench.seeding import NotEmpty, Size, seed

LEAST, MOST = 1_000, 10_000_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.seed", description=__doc__)
    parser.add_argument("--vouchers", type=int, default=1_000_000)
    size = Size(vouchers=parser.parse_args().vouchers)
    if not LEAST <= size.vouchers <= MOST:
        sys.exit(f"between {LEAST} and {MOST} vouchers")
    settings = Settings.from_env(os.environ)
    upgrade(settings.database_url)
    url = make_url(settings.database_url).set(drivername="postgresql")
    began = time.monotonic()
    try:
        shop = seed(create_app(settings), url.render_as_string(hide_password=False), size)
    except NotEmpty as refusal:
        sys.exit(str(refusal))
    print(f"{size.vouchers} vouchers, {size.members} members; {time.monotonic() - began:.0f} s")
    print(f"the shop: {settings.public_url}/admin/{shop.world.merchant_number}/")
    print(f"let yourself in: flask panel invite {shop.world.merchant_number} NAME")


if __name__ == "__main__":
    main()
