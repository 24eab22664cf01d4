"""Finished packs stay as they are: the row refuses changes, and none is ever deleted."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION hermes_packs_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'packs % are %: they are not changed any more', OLD.id, OLD.status
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER hermes_packs_are_final BEFORE UPDATE ON packs_packset
    FOR EACH ROW WHEN (OLD.status IN ('done', 'failed'))
    EXECUTE FUNCTION hermes_packs_are_final();
CREATE TRIGGER hermes_never_deleted BEFORE DELETE ON packs_packset
    FOR EACH ROW EXECUTE FUNCTION hermes_never_deleted();
CREATE TRIGGER hermes_never_deleted_all BEFORE TRUNCATE ON packs_packset
    FOR EACH STATEMENT EXECUTE FUNCTION hermes_never_deleted();
"""

BACKWARDS = """
DROP TRIGGER hermes_never_deleted_all ON packs_packset;
DROP TRIGGER hermes_never_deleted ON packs_packset;
DROP TRIGGER hermes_packs_are_final ON packs_packset;
DROP FUNCTION hermes_packs_are_final();
"""


class Migration(migrations.Migration):
    dependencies = [("packs", "0001_initial"), ("audit", "0002_floor")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
