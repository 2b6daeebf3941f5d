"""The measure of the item analysis does its work; how long it takes is for `make bench`."""

from dtt.benches.item_statistics import BANK, PAPER, sitters, take


def test_everybody_has_a_paper_of_their_own_and_the_models_settle() -> None:
    responses, taken, days = sitters(300)

    assert responses.marks.shape == (300, BANK)
    assert {int(count) for count in (responses.marks >= 0).sum(axis=1)} == {PAPER}
    assert sum(len(rows) for one in taken.values() for rows in one.rows.values()) == 300 * PAPER
    assert len(days) == 300
    assert set(take(400)) == {"seconds", "mebibytes"}
