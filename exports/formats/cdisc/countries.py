"""Countries as SDTM writes them: ISO 3166-1 alpha-3, from the alpha-2 of the sites. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from exports.errors import UnfitForFormat

_PAIRS = """
AR:ARG AT:AUT AU:AUS BA:BIH BE:BEL BG:BGR BR:BRA CA:CAN CH:CHE CL:CHL CN:CHN CO:COL CY:CYP CZ:CZE
DE:DEU DK:DNK DZ:DZA EE:EST EG:EGY ES:ESP FI:FIN FR:FRA GB:GBR GE:GEO GR:GRC HK:HKG HR:HRV HU:HUN
IE:IRL IL:ISR IN:IND IS:ISL IT:ITA JP:JPN KR:KOR LB:LBN LI:LIE LT:LTU LU:LUX LV:LVA MA:MAR MC:MCO
MD:MDA ME:MNE MK:MKD MT:MLT MX:MEX NL:NLD NO:NOR NZ:NZL PE:PER PL:POL PT:PRT RO:ROU RS:SRB SA:SAU
SE:SWE SG:SGP SI:SVN SK:SVK SN:SEN TH:THA TN:TUN TR:TUR TW:TWN UA:UKR US:USA ZA:ZAF
"""
_ALPHA_3 = dict(pair.split(":") for pair in _PAIRS.split())


def alpha_3(sites: Mapping[str, str]) -> dict[str, str]:
    """The country of each site.

    Raises:
        UnfitForFormat: a country that is not known here.
    """
    if unknown := sorted({country for country in sites.values() if country not in _ALPHA_3}):
        raise UnfitForFormat("dm", "COUNTRY", f"has no three letters for {', '.join(unknown)}")
    return {site: _ALPHA_3[country] for site, country in sites.items()}
