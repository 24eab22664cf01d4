"""Vital signs. Outer limits are physiology and refused; inner limits are plausibility and asked."""

from decimal import Decimal

from outcomes.scales.base import HARD, Cond, Number, Ref, Rule, Sheet

VITAL_SIGNS = Sheet(
    code="vitals",
    title="Vital signs",
    short="Vitals",
    version="1",
    licence="Our own form.",
    citation="Limits are ours. Test codes: CDISC SDTM vital signs; LOINC vital signs panel.",
    items=(
        Number(
            "heart_rate", "1", "Heart rate", unit="beats/min", sdtm="HR", loinc="8867-4",
            minimum=20, maximum=300, usual_minimum=45, usual_maximum=120,
        ),
        Number(
            "systolic", "2", "Systolic blood pressure", unit="mmHg", sdtm="SYSBP", loinc="8480-6",
            minimum=40, maximum=300, usual_minimum=90, usual_maximum=180,
        ),
        Number(
            "diastolic", "3", "Diastolic blood pressure", unit="mmHg", sdtm="DIABP",
            loinc="8462-4",
            minimum=20, maximum=200, usual_minimum=45, usual_maximum=110,
        ),
        Number(
            "temperature", "4", "Body temperature", unit="°C", decimals=1, sdtm="TEMP",
            loinc="8310-5",
            minimum=Decimal("25.0"), maximum=Decimal("44.0"),
            usual_minimum=Decimal("35.5"), usual_maximum=Decimal("38.0"),
        ),
        Number(
            "oxygen_saturation", "5", "Oxygen saturation (SpO2)", unit="%", sdtm="OXYSAT",
            loinc="59408-5",
            minimum=40, maximum=100, usual_minimum=92, usual_maximum=100,
        ),
        Number(
            "respiratory_rate", "6", "Respiratory rate", unit="breaths/min", sdtm="RESP",
            loinc="9279-1",
            minimum=4, maximum=80, usual_minimum=10, usual_maximum=25,
        ),
    ),
    rules=(
        Rule(
            "VITALS-C1", HARD,
            "Systolic blood pressure is higher than diastolic.",
            then=(Cond("systolic", ">", Ref("diastolic")),),
            origin="physiology",
        ),
    ),
)  # fmt: skip
