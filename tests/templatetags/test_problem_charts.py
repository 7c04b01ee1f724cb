from reports.templatetags.problem_charts import Series, in_words, stacked_bars

YEARS = (2025, 2026)


def test_layers_stand_on_each_other_and_fill_the_tallest_bar():
    drawn = stacked_bars("s", "来源", YEARS, [Series("甲", (1, 3)), Series("乙", (0, 1))])

    heights = [part.split('"')[0] for part in drawn.split(' height="')[1:]]
    assert heights == ["236", "47.5", "142.5", "47.5"]
    assert drawn.count('<g class="layer l-0">') == 2
    assert drawn.count('<g class="layer l-1">') == 1
    assert ">A 3</text>" in drawn
    assert 'style="' not in drawn


def test_words_of_people_are_escaped():
    drawn = stacked_bars("s", "<i>", YEARS, [Series("<b>", (1, 0))])

    assert "<b>" not in drawn
    assert '<title id="s-title">&lt;i&gt;</title>' in drawn


def test_years_without_anything_are_told_too():
    series = [Series("甲", (0, 2)), Series("乙", (0, 1))]

    assert in_words(YEARS, series) == "2025年合计0；2026年合计3：甲2，乙1"


def test_layers_that_share_what_they_count_have_no_sum():
    series = [Series("甲", (0, 2)), Series("乙", (0, 1))]

    drawn = stacked_bars("s", "原因", YEARS, series, add_up=False)

    assert 'class="sum"' not in drawn
    assert in_words(YEARS, series, add_up=False) == "2025年：0；2026年：甲2，乙1"


def test_nothing_at_all_is_drawn_without_a_fault():
    assert 'class="layer' not in stacked_bars("s", "来源", YEARS, [])
