"""What the algorithms found, in the reader's language."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bootcamp import panels, timetable, timetabling

TIMETABLE_RULES = {
    timetable.Constraint.GROUP_CLASH: gettext_lazy("a group is in one place at a time"),
    timetable.Constraint.ROOM_CLASH: gettext_lazy("a room holds one session at a time"),
    timetable.Constraint.ROOM_CAPACITY: gettext_lazy("a room holds its group"),
    timetable.Constraint.ROOM_DAYS: gettext_lazy("a room is open on the day"),
    timetable.Constraint.TRAINER_CLASH: gettext_lazy("a trainer is in one place at a time"),
    timetable.Constraint.TRAINER_MODULE: gettext_lazy("trainers teach their own modules"),
    timetable.Constraint.TRAINER_AVAILABILITY: gettext_lazy("trainers come on their own days"),
    timetable.Constraint.ORDER: gettext_lazy("modules follow each other"),
}

PANEL_RULES = {
    panels.Constraint.CONFLICTS: gettext_lazy("declared conflicts"),
    panels.Constraint.SCORED: gettext_lazy("sheets that are filled in already"),
    panels.Constraint.EXPERTISE: gettext_lazy("a judge of the project’s track on every panel"),
}


def why_infeasible(error: timetabling.Infeasible) -> str:
    """Why there is no timetable, and what would help."""
    facts = error.facts
    match error.constraints:
        case (timetable.Constraint.ROOM_CAPACITY,) if "size" in facts:
            return _("No room holds %(size)s people. Add a larger room or form more groups.") % (
                facts
            )
        case (timetable.Constraint.ROOM_CLASH,) if "needed" in facts:
            return (
                _(
                    "Sessions of %(size)s or more people need %(needed)s places in rooms, and "
                    "there are %(offered)s. Add a room or form fewer groups."
                )
                % facts
            )
        case (timetable.Constraint.GROUP_CLASH,) if "needed" in facts:
            return (
                _("Every group has %(needed)s sessions, and there are %(offered)s slots.") % facts
            )
        case (timetable.Constraint.TRAINER_MODULE,) if "modules" in facts:
            return _("No trainer can teach module %(modules)s.") % _modules(facts)
        case (timetable.Constraint.TRAINER_AVAILABILITY,) if "modules" in facts:
            return _(
                "Module %(modules)s needs %(needed)s trainer slots, and there are %(offered)s. "
                "Add a trainer or a day."
            ) % _modules(facts)
        case ():
            return _("No timetable exists: several rules together rule it out.")
        case culprits:
            rules = "; ".join(str(TIMETABLE_RULES[c]) for c in culprits if c in TIMETABLE_RULES)
            return _("No timetable exists. There would be one without any of: %(rules)s.") % {
                "rules": rules
            }


def _modules(facts: dict[str, int | tuple[int, ...]]) -> dict[str, object]:
    modules = facts["modules"]
    named = ", ".join(map(str, modules)) if isinstance(modules, tuple) else str(modules)
    return {**facts, "modules": named}


def why_no_panels(error: panels.NoPanels, panel_size: int) -> str:
    """Why the judges cannot be seated, and what stands in the way."""
    match error.constraint:
        case panels.Constraint.PANEL_SIZE:
            return _("Panels of %(size)s need at least as many judges who have declared.") % {
                "size": panel_size
            }
        case panels.Constraint.CONFLICTS:
            return _(
                "Conflicts leave %(count)s projects with fewer than %(size)s judges. Add a judge."
            ) % {"count": len(error.projects), "size": panel_size}
        case _rule:
            rules = "; ".join(str(PANEL_RULES[c]) for c in error.because if c in PANEL_RULES)
            if not rules:
                return _("The work cannot be shared evenly among these judges. Add a judge.")
            return _("The work cannot be shared evenly because of: %(rules)s. Add a judge.") % {
                "rules": rules
            }
