"""Item analysis of a matrix of marks: which questions deserve to count. Pure: NumPy only.

A matrix has a row for each person and a column for each item. A mark is the share of the item's
marks that the answer earned, from 0 to 1; NaN stands where the item was not on the person's paper,
so people may have drawn different papers. A row may stand for several people (`weights`).

    from quiz.statistics.responses import Responses
    from quiz.statistics.logistic import fit_rasch, fit_two_parameter, NotEstimable

    responses = Responses.from_triples(people, items, marks, shape=(1500, 90))   # sparse
    responses = Responses(matrix_with_nan, weights)                              # dense
    fit = fit_rasch(responses)      # raises NotEstimable; works with 30 of 90 items per person
    fit.ability                     # array, one for each row: EAP, in logits
    fit.ability_se                  # array: how sure
    fit.difficulty                  # tuple[float | None]: None for an item named in fit.left_out
    fit.ability_sd, fit.converged

modules: `responses` (the matrix), `logistic` (Rasch and two parameters), `classical` (facility,
correlations, alpha), `choices` (distractors), `alarms` (what to tell the author), `drift`
(an item that became easier), `analysis` (all of them together).
"""
