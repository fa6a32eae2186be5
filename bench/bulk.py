"""Filling tables by the million: generated rows, indexes built afterwards, statistics gathered at the end."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection, models, transaction
from psycopg2.extensions import adapt


def run(statement: str, values: Any = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def insert(model: type[models.Model], columns: Mapping[str, str], source: str) -> None:
    """Insert generated rows: SQL for the columns given, the defaults of the model for those it must have besides."""
    wanted = dict(columns)
    for field in model._meta.concrete_fields:
        if field.primary_key or field.generated or field.null or field.column in wanted:
            continue
        wanted[str(field.column)] = _literal(field)
    names = ", ".join(f'"{name}"' for name in wanted)
    run(f"INSERT INTO {model._meta.db_table} ({names}) SELECT {', '.join(wanted.values())} {source}")


def _literal(field: models.Field) -> str:
    value = field.get_db_prep_save(field.get_default(), connection)
    quoted = adapt("" if value is None else value)
    if hasattr(quoted, "prepare"):
        quoted.prepare(connection.connection)
    return quoted.getquoted().decode()


@contextmanager
def quietly(tables: list[str], *, rebuild: bool) -> Iterator[None]:
    """Without triggers nor foreign keys checked row by row; and, for many rows, without secondary indexes meanwhile."""
    indexes = _secondary_indexes(tables) if rebuild else {}
    with transaction.atomic():
        run("SET LOCAL session_replication_role = replica")
        run("SET LOCAL work_mem = '256MB'")
        run("SET LOCAL maintenance_work_mem = '1GB'")
        run("SET LOCAL synchronous_commit = off")
        for name in indexes:
            run(f'DROP INDEX "{name}"')
        yield
        for definition in indexes.values():
            run(definition)


def _secondary_indexes(tables: list[str]) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
            WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisunique AND NOT i.indisprimary ORDER BY 1""",
            [tables],
        )
        return {name.strip('"'): definition for name, definition in cursor.fetchall()}


def settle_tables(tables: list[str]) -> None:
    """Do at once what autovacuum would have done with time."""
    for table in tables:
        run(f"VACUUM (ANALYZE) {table}")
