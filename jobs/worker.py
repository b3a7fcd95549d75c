"""RQ's forking worker, taught about the application."""

from typing import Any

from flask import Flask
from redis import Redis
from rq import Queue, Worker
from rq.job import Job

from app.kernel import tracing
from app.kernel.db import db
from jobs.queues import IN_ORDER

# How soon RQ notices a worker that died. What it then does with the job hardly matters, since the
# outbox hands out again; but its own defaults would list dead workers for minutes.
TTL_SECONDS = 20
LOOK_EVERY_SECONDS = 5


class FlaskWorker(Worker):
    """Each job gets a process, an application context and connections of its own."""

    def __init__(self, *, app: Flask, redis: Redis, queues: tuple[str, ...] = IN_ORDER) -> None:
        super().__init__(
            [Queue(name, connection=redis, serializer="json") for name in queues],
            connection=redis,
            serializer="json",
            worker_ttl=TTL_SECONDS,
            maintenance_interval=LOOK_EVERY_SECONDS,
            job_monitoring_interval=LOOK_EVERY_SECONDS,
            log_job_description=False,
        )
        self._app = app

    def perform_job(self, job: Job, queue: Queue) -> bool:
        with self._app.app_context():
            # The parent's connections came along through the fork and are the parent's to close.
            db.engine.dispose(close=False)
            try:
                return super().perform_job(job, queue)
            finally:
                tracing.leave()


def work(*, app: Flask, redis: Redis, queues: tuple[str, ...] = IN_ORDER, **options: Any) -> None:
    """Work until told to stop; the job at hand is finished first."""
    FlaskWorker(app=app, redis=redis, queues=queues).work(logging_level="WARNING", **options)
