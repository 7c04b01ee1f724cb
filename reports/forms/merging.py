"""Into which other entry of the same person an entry is merged."""

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.models import Person

from .base import PersonField


class MergeForm(forms.Form):
    """The entry that stays; those of the same name come first."""

    into = PersonField(
        label=_("并入哪一条"),
        queryset=Person.objects.none(),
        help_text=_("保留的一条；本条的任职、会议、问题、措施等全部归到它名下。"),
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = people
