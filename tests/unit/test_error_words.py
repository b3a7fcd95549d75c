from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.kernel.db import reading


def test_a_database_error_does_not_repeat_the_values_of_its_statement(database):
    told = ""
    try:
        reading().execute(text("SELECT 1 / :zero, :name"), {"zero": 0, "name": "张三的电话"})
    except DBAPIError as failure:
        told = str(failure)
    assert "division" in told
    assert "张三" not in told
