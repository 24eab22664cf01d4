"""How Django forms are drawn."""

from __future__ import annotations

from django.forms.renderers import TemplatesSetting


class HermesRenderer(TemplatesSetting):
    """Draws fields and forms from our own templates."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
