"""A finished cut stays as it is: its row refuses changes, and no cut is ever deleted."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION hermes_cut_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'cut % is %: it is not changed any more', OLD.code, OLD.status
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER hermes_cut_is_final BEFORE UPDATE ON exports_datacut
    FOR EACH ROW WHEN (OLD.status IN ('done', 'failed', 'cancelled'))
    EXECUTE FUNCTION hermes_cut_is_final();
CREATE TRIGGER hermes_never_deleted BEFORE DELETE ON exports_datacut
    FOR EACH ROW EXECUTE FUNCTION hermes_never_deleted();
CREATE TRIGGER hermes_never_deleted_all BEFORE TRUNCATE ON exports_datacut
    FOR EACH STATEMENT EXECUTE FUNCTION hermes_never_deleted();
"""

BACKWARDS = """
DROP TRIGGER hermes_never_deleted_all ON exports_datacut;
DROP TRIGGER hermes_never_deleted ON exports_datacut;
DROP TRIGGER hermes_cut_is_final ON exports_datacut;
DROP FUNCTION hermes_cut_is_final();
"""


class Migration(migrations.Migration):
    dependencies = [("exports", "0001_initial"), ("audit", "0002_floor")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
