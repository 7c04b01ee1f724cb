"""Posts and their duties: read by everybody who reads anything."""

from django.http import Http404
from django.urls import reverse
from django.views.generic import TemplateView

from reports.domain.access import Act
from reports.models import Post, StaffingRule
from reports.selectors.posts import duties_of_post, holders_of, kinds_of, post_lines
from reports.views.mixins import DayMixin
from reports.views.scoped import ScopeMixin

# As many holders as one page names; above the bureaus there are thousands.
MOST_SHOWN = 200


class PostList(ScopeMixin, DayMixin, TemplateView):
    template_name = "reports/posts/list.html"

    def get_context_data(self, **kwargs):
        lines = post_lines(self.scope, on=self.on)
        return super().get_context_data(**kwargs) | {
            "posts": [line for line in lines if not line.post.is_capacity],
            "capacities": [line for line in lines if line.post.is_capacity],
        }


class PostDetail(ScopeMixin, DayMixin, TemplateView):
    template_name = "reports/posts/detail.html"

    def get_context_data(self, **kwargs):
        rows = Post.objects.prefetch_related("kinds", "qualifications")
        post = rows.filter(pk=self.kwargs["pk"]).first()
        if post is None:
            raise Http404
        holders = holders_of(post, self.scope, on=self.on)
        keeps = self.scope.allows(Act.MANAGE_TOP_UNITS)
        qualifications = sorted(post.qualifications.all(), key=lambda each: each.position)
        return super().get_context_data(**kwargs) | {
            "post": post,
            "kinds": kinds_of(post),
            "qualifications": [kind.name for kind in qualifications],
            "duties": duties_of_post(post),
            "by_rule": self.visible(StaffingRule.objects.filter(posts=post)).exists(),
            "holders": holders[:MOST_SHOWN],
            "holders_count": len(holders),
            "many_bureaus": self.scope.sees_many_bureaus,
            "change_url": reverse("admin:reports_post_change", args=[post.pk]) if keeps else "",
        }
