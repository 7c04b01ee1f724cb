"""What is asked on the page "who answered on a day"."""

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.models import Post, Unit

from .base import Choice, UnitField, day_field


class WhoForm(forms.Form):
    """Post, unit and day; the page says which units may be chosen."""

    unit = UnitField(label=_("单位"), queryset=Unit.objects.none(), empty_label=None)
    post = Choice(
        label=_("岗位"),
        queryset=Post.objects.none(),
        required=False,
        empty_label=_("全部岗位"),
    )
    day = day_field(label=_("日期"))

    def __init__(self, *args, units: list[Unit], posts: list[Post], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(units)
        self.posts = {str(post.pk): post for post in posts}
        nothing = ("", self.fields["post"].empty_label)
        self.fields["post"] = forms.ChoiceField(
            label=_("岗位"),
            required=False,
            choices=[nothing, *((key, post.name) for key, post in self.posts.items())],
        )
