from datetime import date

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.actions.problems import move_problem
from reports.actions.refusals import Refused
from reports.domain.problems import Against, Decision, ProblemMove, ProblemState, Refusal, step_of
from reports.models import Problem
from reports.models.choices import PROBLEM_MOVE_LABELS, refusal_sentence
from reports.selectors.problem_facts import facts_of, step_for
from reports.selectors.scope import scope_of

MOVES = [
    move.value for move in ProblemMove if move not in (ProblemMove.REGISTER, ProblemMove.FOLLOW)
]


class Command(BaseCommand):
    help = (
        "Make one move of a problem in the name of a login, by the same table and with the same"
        " refusals as the page. Prints what was done, or one line that says why not."
    )

    def add_arguments(self, parser):
        parser.add_argument("problem", type=int, help="key of the problem, as in its address")
        parser.add_argument("move", choices=MOVES)
        parser.add_argument("--by", required=True, help="login in whose name it is done")
        parser.add_argument("--on", type=date.fromisoformat, help="day of the move, else today")
        parser.add_argument("--reason", default="", help="reason or statement")
        parser.add_argument("--document", default="", help="decision of the body that raised it")
        parser.add_argument("--decided-on", type=date.fromisoformat, help="day of that decision")
        parser.add_argument("--into", type=int, help="key of the problem it is merged into")

    def handle(self, **options):
        now = timezone.now()
        today = timezone.localdate(now)
        user = User.objects.filter(username=options["by"], is_active=True).first()
        if user is None:
            raise CommandError(_("没有登录名“%(name)s”。") % {"name": options["by"]})
        scope = scope_of(user, today=today)
        visible = scope.limit(Problem.objects.select_related("unit", "bureau", "leader"))
        problem = visible.filter(pk=options["problem"]).first()
        if problem is None:
            raise CommandError(
                _("没有问题%(pk)s，或不在该账号的范围内。") % {"pk": options["problem"]}
            )
        move, facts = ProblemMove(options["move"]), facts_of(problem, today=today)
        step = step_for(scope, problem, move, facts)
        if step is None:
            raise CommandError(self.why_not(move, facts))
        target = visible.filter(pk=options["into"]).first() if options["into"] else None
        try:
            problem = move_problem(
                problem_id=problem.pk,
                move=move,
                on=options["on"] or today,
                by=user,
                at=now,
                today=today,
                reason=options["reason"],
                decision=Decision(options["document"], options["decided_on"]),
                target=target,
                second_key=step.second_key,
            )
        except Refused as refusal:
            raise CommandError(" ".join(refusal.reasons)) from refusal
        self.stdout.write(
            _("已办理：%(move)s。问题现为“%(state)s”。")
            % {"move": PROBLEM_MOVE_LABELS[move], "state": problem.state_word}
        )

    @staticmethod
    def why_not(move, facts):
        if any(step_of(move, facts, second_key=second) for second in (False, True)):
            return _("该账号的角色不能进行此项操作。")
        state = ProblemState(facts.state)
        return refusal_sentence(Refusal(Against.NOT_FROM_HERE, {"move": move, "state": state}))
