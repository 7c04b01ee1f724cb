"""What each sort of records says in a report: grammar and counters for one and for many.

Where records show nothing, nothing is said. Nobody is praised, and no word speaks of more than was
counted; persons stand by their posts, cases by their number.
"""

from collections.abc import Iterable, Sequence

from reports.domain.first_person import FOUR_IN_PERSON, DeedKind
from reports.domain.report_facts import (
    ChoiceLine,
    DeedLine,
    ParagraphDraft,
    RecordLine,
    SentenceDraft,
    TaskLine,
    YearFacts,
    slot_of,
)
from reports.domain.summaries import token

# How many single records are named as sources, and how many titles stand in a sentence; the number
# opens the list of all.
MOST_SOURCES = 12
MOST_TITLES = 5
# What is done of a delivered kind; the name of any other kind stands for itself.
LEADS = {
    "counsel_work": "法律顾问、公职律师办理法律事务",
    "own_document": "制定、修订或者废止制度文件",
    "legal_review": "完成合法性审核",
    "special_campaign": "开展专项整治",
    "permits": "办理行政许可",
    "police_authority": "办理侵害民警执法权威事项",
    "reconsideration": "办理行政复议案件",
    "litigation": "办理行政诉讼案件",
    "testimony": "民警出庭作证",
    "enforcement_check": "组织执法检查",
    "case_file_review": "组织案卷评查",
    "mediation": "调解矛盾纠纷",
    "publicity": "开展法治宣传",
    "case_published": "发布典型案例",
    "training": "举办法治培训",
    "information_request": "办理政府信息公开申请",
}
# Kinds whose few records are called by their names.
NAMED = frozenset({"own_document", "special_campaign"})
COUNSEL_KINDS = ("counsel_work", "legal_review")


def _titles(titles: Sequence[str], most: int = MOST_TITLES) -> str:
    """Titles one after the other; 等 stands behind them only where some are left out."""
    named = "；".join(title.strip().rstrip("。；") for title in titles[:most])
    return f"{named}等" if len(titles) > most else named


def _paragraph(key: str, heading: str, sentences: Iterable[SentenceDraft]) -> list[ParagraphDraft]:
    found = tuple(sentences)
    return [ParagraphDraft(key, heading, found)] if found else []


# --- who leads -----------------------------------------------------------------------------------


def organisation(facts: YearFacts) -> list[ParagraphDraft]:
    """The first responsible person by post, standing bodies, reviewers of the units."""
    key, of = "organisation", facts.organisation
    sentences = []
    if of.head or of.in_charge:
        parts = [
            f"由{of.head}任推进法治建设第一责任人" if of.head else "",
            f"由{'、'.join(of.in_charge)}分管法治工作" if of.in_charge else "",
        ]
        text = "，".join(part for part in parts if part) + "。"
        sentences.append(SentenceDraft(f"{key}/lead", text))
    if len(of.committees) == 1:
        sentences.append(SentenceDraft(f"{key}/bodies", f"设有{of.committees[0]}。"))
    elif of.committees and facts.values.get("organisation:committees"):
        names = "、".join(of.committees)
        text = f"设有会议机构{token('organisation:committees')}个：{names}。"
        sentences.append(SentenceDraft(f"{key}/bodies", text))
    if text := _reviewers(facts):
        sentences.append(SentenceDraft(f"{key}/reviewers", text))
    return _paragraph(key, "组织领导", sentences)


def _reviewers(facts: YearFacts) -> str:
    values, parts = facts.values, []
    if values.get("organisation:first_class"):
        full = "organisation:first_class_full"
        what = f"配备专职法制员的{token(full)}个" if values.get(full) else "尚未配备专职法制员"
        parts.append(f"一类派出所{token('organisation:first_class')}个，{what}")
    if values.get("organisation:others_reviewed"):
        words = "其他单位中" if parts else "所属单位中"
        parts.append(f"{words}设有法制员的{token('organisation:others_reviewed')}个")
    return "；".join(parts) + "。" if parts else ""


# --- work records --------------------------------------------------------------------------------


def record_sentence(line: RecordLine, values: dict[str, object], paragraph: str) -> SentenceDraft:
    """How much was done of a kind, what was counted along, and how it divides.

    One alone is described instead of divided.
    """
    count = f"records:{line.code}:count"
    parts = [f"{LEADS.get(line.code, line.name)}{token(count)}{line.counter}"]
    if line.code in NAMED and line.titles:
        parts[0] += f"（{_titles(line.titles)}）"
    parts += [
        f"{each.label}{token(each.code)}{each.counter}"
        for each in line.fields
        if values.get(each.code)
    ]
    text = "，".join(parts)
    for choice in line.choices:
        text += _divided(choice, line, values, count)
    sources = tuple(("record", pk) for pk in line.records[:MOST_SOURCES])
    return SentenceDraft(slot_of(paragraph, line.code), f"{text}。", sources)


def _divided(choice: ChoiceLine, line: RecordLine, values: dict[str, object], count: str) -> str:
    present = [(code, words) for code, words in choice.choices if values.get(code)]
    if not present:
        return ""
    if values.get(count) == 1:
        return f"；{choice.label}：{present[0][1]}"
    told = "、".join(f"{words}{token(code)}{line.counter}" for code, words in present)
    return f"；按{choice.label}分：{told}"


def records(
    facts: YearFacts, key: str, heading: str, lines: Iterable[RecordLine]
) -> list[ParagraphDraft]:
    """The work records of a heading, a sentence for each kind."""
    values = dict(facts.values)
    return _paragraph(key, heading, (record_sentence(line, values, key) for line in lines))


def counsel(facts: YearFacts) -> list[ParagraphDraft]:
    """Counsel and public lawyers, legal review, the legal unit sitting in."""
    key, values = "counsel", dict(facts.values)
    sentences = [
        record_sentence(line, values, key)
        for code in COUNSEL_KINDS
        for line in facts.records
        if line.code == code
    ]
    if values.get("meetings:sat_in"):
        text = f"法制部门列席会议{token('meetings:sat_in')}次。"
        sentences.append(SentenceDraft(f"{key}/sat_in", text))
    return _paragraph(key, "法律顾问、公职律师和合法性审核", sentences)


# --- tasks and indicators ------------------------------------------------------------------------


def tasks(facts: YearFacts) -> list[ParagraphDraft]:
    """Tasks from above: how many, how far, and which."""
    key, values = "tasks", facts.values
    if not values.get("tasks:total"):
        return []
    parts = [f"承办上级部署的任务{token('tasks:total')}项"]
    if values.get("tasks:done"):
        parts.append(f"已完成{token('tasks:done')}项")
    if values.get("tasks:open"):
        part = f"正在办理{token('tasks:open')}项"
        if values.get("tasks:overdue"):
            part += f"（其中逾期{token('tasks:overdue')}项）"
        parts.append(part)
    text = "，".join(parts) + "。"
    done = [task for task in facts.tasks if task.is_done]
    left = [task for task in facts.tasks if not task.is_done]
    sentences = [SentenceDraft(f"{key}/counts", text, _of_tasks(facts.tasks))]
    for name, words, lines in (("done", "已完成的", done), ("open", "正在办理的", left)):
        if lines:
            told = _titles([line.title for line in lines], MOST_SOURCES)
            sentences.append(SentenceDraft(f"{key}/{name}", f"{words}：{told}。", _of_tasks(lines)))
    return _paragraph(key, "上级部署任务落实情况", sentences)


def _of_tasks(lines: Sequence[TaskLine]) -> tuple[tuple[str, int], ...]:
    return tuple(("task", line.pk) for line in lines[:MOST_SOURCES])


def indicators(facts: YearFacts) -> list[ParagraphDraft]:
    """The entered numbers, with the words they were stated with."""
    lines = facts.indicators
    if not lines:
        return []
    told = "，".join(
        f"{line.name.replace('：', '')}{line.before}{token(f'indicator:{line.code}')}{line.behind}"
        for line in lines
    )
    sources = tuple(("indicator", line.pk) for line in lines)
    return _paragraph(
        "indicators", "主要数据", [SentenceDraft("indicators/values", f"{told}。", sources)]
    )


# --- the first responsible person ----------------------------------------------------------------

IN_PERSON = {
    DeedKind.DEPLOYED: "对重要工作亲自部署",
    DeedKind.ASKED: "对重大问题亲自过问",
    DeedKind.COORDINATED: "对重点环节亲自协调",
    DeedKind.SUPERVISED: "对重要任务亲自督办",
}
BESIDES = {
    DeedKind.STUDY: ("参加法治学习", "次"),
    DeedKind.REPORT_HEARD: ("听取法治建设工作汇报", "次"),
    DeedKind.REVIEWED: ("审阅法治建设文件", "件"),
    DeedKind.COURT: ("出庭应诉", "次"),
    DeedKind.COUNSEL: ("听取法律顾问意见", "次"),
}


def deed_sentences(facts: YearFacts, key: str) -> list[SentenceDraft]:
    """四个亲自 one by one, counted as 项 of work; then what else was done in person."""
    values, found = facts.values, []
    for kind in FOUR_IN_PERSON:
        lines = _deeds(facts, kind)
        if lines and values.get(f"deeds:{kind.value}"):
            told = _titles([line.title for line in lines])
            text = f"主要负责人{IN_PERSON[kind]}{token(f'deeds:{kind.value}')}项：{told}。"
            found.append(SentenceDraft(f"{key}/{kind.value}", text, _of_deeds(lines)))
    others = [
        f"{words}{token(f'deeds:{kind.value}')}{counter}"
        for kind, (words, counter) in BESIDES.items()
        if values.get(f"deeds:{kind.value}")
    ]
    if others:
        lines = [line for kind in BESIDES for line in _deeds(facts, kind)]
        text = f"主要负责人{'，'.join(others)}。"
        found.append(SentenceDraft(f"{key}/besides", text, _of_deeds(lines)))
    return found


def _deeds(facts: YearFacts, kind: DeedKind) -> list[DeedLine]:
    return [line for line in facts.deeds if line.kind == kind]


def _of_deeds(lines: Sequence[DeedLine]) -> tuple[tuple[str, int], ...]:
    return tuple(("deed", line.pk) for line in lines[:MOST_SOURCES])
