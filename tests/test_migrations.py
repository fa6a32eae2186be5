"""New migrations do not lock the big tables for as long as it takes to read them: their SQL is looked at."""

import re

import pytest
from django.apps import apps
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

# Those that grow with every request, message or company.
BIG = {
    "diginor_outgoingmail",
    "members_organisation",
    "members_user",
    "services_attachment",
    "services_followup",
    "services_message",
    "services_referral",
    "services_requestevent",
    "services_satisfaction",
    "services_servicerequest",
}
# Written before there was such a rule: the last one of each part.
BEFORE_THE_RULE = {"diginor": "0007", "members": "0014", "services": "0010"}
CONCURRENT = (AddIndexConcurrently, RemoveIndexConcurrently)
# What was looked at and found harmless: the migration, and why.
HARMLESS: dict[str, str] = {}
RULES = {
    r'CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY).*? ON "?(\w+)': "an index: use AddIndexConcurrently of "
    "django.contrib.postgres.operations in a migration of its own with `atomic = False` (a field that wants one: "
    "db_index=False first)",
    r'ALTER TABLE "?(\w+)"? ADD CONSTRAINT (?!.*NOT VALID)': "a constraint: use AddConstraintNotValid, then "
    "ValidateConstraint in a later migration (a unique one: a unique index, added concurrently)",
    r'ALTER TABLE "?(\w+)"? ALTER COLUMN \S+ TYPE': "a change of type, which writes the table anew: add a column, fill "
    "it in parts, drop the old one",
    r'ALTER TABLE "?(\w+)"? ALTER COLUMN \S+ SET NOT NULL': "NOT NULL on what may be null: add a check constraint NOT "
    "VALID, validate it in a later migration, then set it",
    r'ALTER TABLE "?(\w+)"? ADD COLUMN .*(?:UNIQUE|GENERATED)': "a unique or computed column: add it plain, "
    "fill it in parts, then add a unique index concurrently",
}


def faults_of(statements: list[str]) -> list[str]:
    """What the SQL of one migration does to a big table that it does not create itself."""
    text = [" ".join(statement.split()) for statement in statements if not statement.startswith("--")]
    new = {found[1] for one in text if (found := re.match(r'CREATE TABLE "?(\w+)', one))}
    faults = []
    for one in text:
        for pattern, advice in RULES.items():
            found = re.search(pattern, one, re.IGNORECASE)
            # A key to nothing yet is checked at once, as every row of a new column is null.
            is_key = "FOREIGN KEY" in one or "REFERENCES" in one
            if found and found[1] in BIG - new and not is_key:
                faults.append(f"{found[1]}: {advice}.\n    {one[:160]}")
    return faults


@pytest.mark.django_db(transaction=True)
def test_no_new_migration_locks_a_big_table() -> None:
    executor = MigrationExecutor(connection)
    executor.loader = loader = MigrationLoader(None)
    loader.connection = connection
    faults = []
    for app, name in sorted(loader.graph.nodes):
        if app not in BEFORE_THE_RULE or name[:4] <= BEFORE_THE_RULE[app] or f"{app}.{name}" in HARMLESS:
            continue
        migration = loader.graph.nodes[app, name]
        if not migration.atomic:
            # What is done without a lock cannot be told inside the transaction of a test, nor needs to be.
            assert not [one for one in migration.operations if not isinstance(one, CONCURRENT)]
            continue
        sql = loader.collect_sql([(migration, False)])
        faults += [f"{app}.{name} locks {fault}" for fault in faults_of(sql)]
    assert not faults, "\n".join([*faults, "The habit is told in docs/operate.md, « Changing the tables »."])


@pytest.mark.parametrize(
    "statement",
    [
        'CREATE INDEX "a" ON "services_message" ("created_at");',
        'CREATE UNIQUE INDEX "a" ON services_message (code);',
        'ALTER TABLE "services_message" ADD CONSTRAINT "c" CHECK ("a" > 0);',
        'ALTER TABLE "services_message" ADD CONSTRAINT "c" UNIQUE ("a");',
        'ALTER TABLE "services_message" ALTER COLUMN "a" TYPE text USING "a"::text;',
        'ALTER TABLE "services_message" ALTER COLUMN "a" SET NOT NULL;',
        'ALTER TABLE "services_message" ADD COLUMN "a" integer NULL UNIQUE;',
    ],
)
def test_what_reads_the_whole_table_under_a_lock_is_refused(statement: str) -> None:
    assert len(faults_of([statement])) == 1
    assert faults_of(['CREATE TABLE "services_message" ("id" bigint);', statement]) == []
    assert faults_of([statement.replace("services_message", "services_topic")]) == []


@pytest.mark.parametrize(
    "statement",
    [
        'CREATE INDEX CONCURRENTLY "a" ON "services_message" ("created_at");',
        'ALTER TABLE "services_message" ADD CONSTRAINT "c" CHECK ("a" > 0) NOT VALID;',
        'ALTER TABLE "services_message" VALIDATE CONSTRAINT "c";',
        'ALTER TABLE "services_message" ADD COLUMN "a" integer DEFAULT 0 NOT NULL;',
        'ALTER TABLE "services_message" ALTER COLUMN "a" DROP DEFAULT;',
        "-- CREATE INDEX a ON services_message (a)",
    ],
)
def test_what_takes_an_instant_is_let_through(statement: str) -> None:
    assert faults_of([statement]) == []


def test_the_big_tables_exist() -> None:
    assert {model._meta.db_table for model in apps.get_models()} >= BIG
