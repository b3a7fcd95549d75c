"""Pages that take files: only these read a body larger than a form's."""

from contextlib import closing

from flask import Blueprint, request

LARGEST_FILE_BYTES = 6 * 1024 * 1024


def takes_files(bp: Blueprint, *names: str) -> None:
    """Let these pages of the blueprint take a file.

    It is said before the door reads the form to look at its secret.
    """

    @bp.url_value_preprocessor
    def widen(endpoint: str | None, _values: dict[str, object] | None) -> None:
        if endpoint and endpoint.rpartition(".")[2] in names:
            request.max_content_length = LARGEST_FILE_BYTES
            request.max_form_memory_size = LARGEST_FILE_BYTES


def sent(name: str) -> bytes:
    """The file of this name; nothing when none was chosen."""
    file = request.files.get(name)
    if file is None:
        return b""
    with closing(file):
        return bytes(file.read())
