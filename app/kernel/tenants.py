"""The database role that owns nothing and sees one merchant's rows."""

TENANT_ROLE = "kabao_tenant"
_OWN_ROWS = "USING (merchant_id = current_setting('app.merchant_id')::bigint)"


def protect(tables: list[str]) -> list[str]:
    """SQL that hides other merchants' rows of these tables from the tenant role."""
    statements = []
    for table in tables:
        statements += [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"CREATE POLICY tenant ON {table} TO {TENANT_ROLE} {_OWN_ROWS}",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {TENANT_ROLE}",
        ]
    return statements
