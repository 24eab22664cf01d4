"""The floor: audited rows, slots that never change, and an allocation that is its slot's arm."""

from django.db import migrations

from audit.operations import AppendOnly, AuditFloor


class Migration(migrations.Migration):
    dependencies = [("randomization", "0001_initial"), ("audit", "0002_floor")]

    operations = [
        *(
            AuditFloor(name)
            for name in (
                "AllocationList",
                "Stratum",
                "Allocation",
                "Aspiration",
                "Product",
                "Release",
                "Infusion",
                "NotTreated",
            )
        ),
        *(AppendOnly(name) for name in ("ListKey", "Slot", "Allocation")),
        migrations.RunSQL(
            "ALTER TABLE randomization_allocation ADD CONSTRAINT allocation_has_the_arm_of_its_slot "
            "FOREIGN KEY (slot_id, arm) REFERENCES randomization_slot (id, arm)",
            "ALTER TABLE randomization_allocation DROP CONSTRAINT allocation_has_the_arm_of_its_slot",
        ),
    ]
