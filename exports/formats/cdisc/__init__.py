"""What SDTM and ADaM share: data sets as declarations, the files they become, and define.xml.

A data set is declared once (``model``): its file in SAS transport, its file in Dataset-JSON and its
part of define.xml all come from that declaration and from the rows themselves.
"""
