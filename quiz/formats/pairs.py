"""The pairs of a matching item, in an order that keeps its list of answers. Pure."""

from collections.abc import Sequence

from quiz.formats.drafts import PairDraft, TextFormat


def pairs_in_order(
    asked: Sequence[tuple[str, TextFormat, str]], offered: Sequence[str]
) -> tuple[PairDraft, ...]:
    """Return the pairs so that their answers, each once, come in the order in which they are
    offered: an answer that nothing asks for stands in a pair without a question before them."""
    pairs: list[PairDraft] = []
    waiting = list(dict.fromkeys(offered))
    right = {answer for _text, _format, answer in asked}
    for text, text_format, answer in asked:
        while waiting and answer in waiting and waiting[0] != answer and waiting[0] not in right:
            pairs.append(PairDraft("", waiting.pop(0)))
        if answer in waiting:
            waiting.remove(answer)
        pairs.append(PairDraft(text, answer, text_format))
    return (*pairs, *(PairDraft("", answer) for answer in waiting if answer not in right))
