"""What is typed of a certificate."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.actions.certificates import CertificateDraft
from reports.models import Certificate, CertificateKind, Person

from .base import Choice, day_field


class RenewalForm(forms.Form):
    """The card that replaces another of the same kind."""

    number = forms.CharField(label=_("编号"), max_length=60, required=False)
    issued_by = forms.CharField(label=_("发证机关"), max_length=80, required=False)
    issued_on = day_field(label=_("发证日期"), required=False)
    valid_until = day_field(label=_("有效期至"), required=False, help_text=_("含当日。"))

    def __init__(self, *args, renews: Certificate | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.renews = renews

    def clean(self):
        given = super().clean()
        issued, until = given.get("issued_on"), given.get("valid_until")
        old = self.renews
        kind = old.kind if old else given.get("kind")
        if issued and until and until < issued:
            self.add_error("valid_until", _("有效期早于发证日期。"))
        elif kind and kind.expires and not until and not self.has_error("valid_until"):
            self.add_error("valid_until", _("该种证件有有效期，请填写有效期至。"))
        elif until and until <= (old.valid_until if old and old.valid_until else date.min):
            self.add_error("valid_until", _("新证件的有效期须晚于原证件。"))
        return given


class CertificateForm(RenewalForm):
    """Which kinds expire is said by the kind; the action asks for the last day then."""

    kind = Choice(label=_("证件种类"), queryset=CertificateKind.objects.order_by("position", "pk"))

    field_order = ("kind", "number", "issued_by", "issued_on", "valid_until")

    def draft(self, person: Person) -> CertificateDraft:
        return CertificateDraft(person=person, **self.cleaned_data)
