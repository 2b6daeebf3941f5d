from itertools import combinations, product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bootcamp.panels import Constraint, Judge, NoPanels, Pair, Project, assign

VISION, DATA = "vision", "data"


def projects(count, track=VISION):
    return [Project(key, track) for key in range(count)]


def judges(*tracks):
    return [Judge(key, frozenset({track} if track else ())) for key, track in enumerate(tracks)]


def panel_of(project, panels):
    return {pair.judge for pair in panels.pairs if pair.project == project}


@st.composite
def tasks(draw, most_projects, most_judges):
    entered = [
        Project(key, draw(st.sampled_from([VISION, DATA])))
        for key in range(draw(st.integers(1, most_projects)))
    ]
    sitting = judges(
        *draw(st.lists(st.sampled_from([VISION, DATA, None]), min_size=3, max_size=most_judges))
    )
    every = [Pair(judge.key, project.key) for judge in sitting for project in entered]
    conflicts = draw(st.sets(st.sampled_from(every), max_size=len(every) // 4))
    scored = draw(st.sets(st.sampled_from(every), max_size=4))
    return entered, sitting, conflicts, scored


@given(tasks(most_projects=12, most_judges=8), st.integers(0, 99))
def test_panels_keep_scores_avoid_conflicts_and_seat_an_expert(task, seed):
    entered, sitting, conflicts, scored = task
    free = {p.key: [j for j in sitting if Pair(j.key, p.key) not in conflicts] for p in entered}
    assume(min(map(len, free.values())) >= 2)

    panels = assign(
        entered,
        sitting,
        conflicts=conflicts,
        scored=scored,
        panel_size=2,
        spread=None,
        seed=seed,
    )

    assert set(panels.pairs) & conflicts == set()
    assert scored - set(panels.pairs) == scored & conflicts == set(panels.withdrawn)
    assert min(len(panel_of(project.key, panels)) for project in entered) >= 2
    assert list(panels.without_expert) == [
        project.key
        for project in entered
        if not any(project.track in judge.tracks for judge in free[project.key])
    ]


@settings(max_examples=40)
@given(tasks(most_projects=3, most_judges=4), st.integers(0, 99))
def test_loads_are_as_even_as_any_lawful_panels_can_make_them(task, seed):
    entered, sitting, conflicts, _ = task
    choices = []
    for project in entered:
        free = [judge for judge in sitting if Pair(judge.key, project.key) not in conflicts]
        every = list(combinations(free, 2))
        expert = [pair for pair in every if any(project.track in j.tracks for j in pair)]
        choices.append(expert or every)
    assume(all(choices))

    def spread(panels):
        loads = [sum(judge in panel for panel in panels) for judge in sitting]
        return max(loads) - min(loads)

    least = min(spread(panels) for panels in product(*choices))

    panels = assign(
        entered, sitting, conflicts=conflicts, panel_size=2, spread=None, seed=seed
    ).loads()

    assert max(panels[j.key] for j in sitting) - min(panels[j.key] for j in sitting) == least


def test_a_hundred_projects_are_shared_evenly_among_fourteen_judges():
    entered = [Project(key, VISION if key % 3 else DATA) for key in range(100)]
    sitting = judges(*[VISION, DATA] * 7)
    conflicts = [Pair(key % 14, key) for key in range(0, 100, 4)]

    panels = assign(entered, sitting, conflicts=conflicts, seed=1)

    assert sorted(panels.loads().values()) == [21] * 8 + [22] * 6
    assert {len(panel_of(key, panels)) for key in range(100)} == {3}
    assert panels.without_expert == ()


def test_order_of_input_changes_nothing_and_another_seed_does():
    entered, sitting = projects(10), judges(*[VISION] * 6)

    first = assign(entered, sitting, seed=1)

    assert assign(entered[::-1], sitting[::-1], seed=1) == first
    assert assign(entered, sitting, seed=2) != first


def test_running_again_with_all_scored_changes_nothing():
    entered, sitting = projects(10), judges(*[VISION] * 6)
    first = assign(entered, sitting, seed=1)

    assert assign(entered, sitting, scored=first.pairs, seed=2) == first


def test_a_late_conflict_withdraws_the_score_and_seats_somebody_else():
    entered, sitting = projects(7), judges(*[VISION] * 5)
    first = assign(entered, sitting, seed=1)
    late = first.pairs[0]

    again = assign(entered, sitting, conflicts=[late], scored=first.pairs, spread=None, seed=1)

    assert again.withdrawn == (late,)
    assert set(first.pairs) - set(again.pairs) == {late}
    assert len(panel_of(late.project, again)) == 3


def test_an_expert_joins_a_panel_that_scores_have_filled():
    sitting = judges(None, None, None, VISION)
    scored = [Pair(0, 0), Pair(1, 0), Pair(2, 0)]

    panels = assign(projects(1), sitting, scored=scored, seed=1)

    assert panel_of(0, panels) == {0, 1, 2, 3}


@pytest.mark.parametrize(
    ("sitting", "rules", "constraint", "failing", "because"),
    [
        (judges(VISION, VISION), {}, Constraint.PANEL_SIZE, (), ()),
        (
            judges(VISION, VISION, VISION, None),
            {"conflicts": [Pair(0, 2), Pair(1, 2)]},
            Constraint.CONFLICTS,
            (2,),
            (),
        ),
        (
            judges(VISION, *[None] * 8),
            {},
            Constraint.LOAD,
            (),
            (Constraint.EXPERTISE,),
        ),
        (
            judges(*[VISION] * 4),
            {"conflicts": [Pair(0, key) for key in range(5)]},
            Constraint.LOAD,
            (),
            (Constraint.CONFLICTS,),
        ),
        (
            judges(*[VISION] * 7),
            {"scored": [Pair(0, key) for key in range(5)]},
            Constraint.LOAD,
            (),
            (Constraint.SCORED,),
        ),
    ],
    ids=["two-judges", "conflicts-at-one-project", "one-expert", "idle-judge", "busy-judge"],
)
def test_the_rule_that_fails_is_named(sitting, rules, constraint, failing, because):
    with pytest.raises(NoPanels) as refusal:
        assign(projects(6), sitting, seed=1, **rules)

    assert refusal.value.constraint == constraint
    assert refusal.value.projects == failing
    assert refusal.value.because == because


def test_doubled_keys_and_unknown_pairs_are_refused():
    with pytest.raises(ValueError, match="share a key"):
        assign([Project(1, VISION)] * 2, judges(VISION, VISION, VISION), seed=1)
    with pytest.raises(ValueError, match="unknown judge"):
        assign(projects(1), judges(VISION, VISION, VISION), scored=[Pair(9, 0)], seed=1)


def test_no_projects_need_no_judges():
    assert assign([], [], seed=1).pairs == ()
