"""What is said of each stage: by the calendar, and by what has been published before its time."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications.models import Stage

MATCH = "match"  # what may be published before or after the instant of the calendar
LEFT_OUT = "left-out"  # the list came out without this application
ASK_UNTIL = "ask_until"  # until when who was left out should ask
S = Stage


@dataclass(frozen=True, slots=True)
class Chapter:
    """What is said until an instant of the calendar; `until` None is for ever after.

    Attributes:
        until, by: names of instants, see `calendar_of`.
        once: said, in place of all that follows, once this is published.
    """

    happened: Promise
    next: Promise
    until: str | None = None
    by: str | None = None
    to_do: Promise | None = None
    once: str | None = None


LATE = _("This is taking longer than we promised. We write to you as soon as it is decided.")
NEXT_COHORT = _("You are welcome to apply to the next cohort.")
OUT_WITHOUT_YOU = (
    Chapter(
        once=LEFT_OUT,
        until=ASK_UNTIL,
        happened=_("The list came out without your application, and no other list will rank it."),
        next=_("If you think that this is a mistake, write to us in time."),
        by=ASK_UNTIL,
    ),
    Chapter(
        once=LEFT_OUT,
        happened=_("The list came out without your application, and no other list will rank it."),
        next=NEXT_COHORT,
    ),
)

STORY: dict[Stage, tuple[Chapter, ...]] = {
    S.DRAFT: (
        Chapter(
            until="applications_close_at",
            happened=_("Your application is a draft. Only you can see it."),
            next=_("It can be submitted until applications close."),
            by="applications_close_at",
            to_do=_("Answer what is left and submit your application."),
        ),
        Chapter(
            happened=_("Applications have closed, and this one was not submitted."),
            next=_("Your draft is kept, but nobody looks at it. You can apply to the next cohort."),
        ),
    ),
    S.SUBMITTED: (
        *OUT_WITHOUT_YOU,
        Chapter(
            until="quiz_opens_at",
            happened=_("We have your application."),
            next=_("We check whether you can take part. This page tells you before the quiz."),
            by="quiz_opens_at",
        ),
        Chapter(
            until="quiz_closes_at",
            happened=_("We have your application and are still checking it."),
            next=_("If the quiz is about to close and you have not heard from us, write to us."),
            by="quiz_closes_at",
        ),
        Chapter(happened=_("We have your application and are still checking it."), next=LATE),
    ),
    S.ELIGIBLE: (
        *OUT_WITHOUT_YOU,
        Chapter(
            until="quiz_opens_at",
            happened=_("Your application is complete, and you can take part in the quiz."),
            next=_("The quiz opens. You sit it on this site, once, when it suits you."),
            by="quiz_opens_at",
        ),
        Chapter(
            until="quiz_closes_at",
            happened=_("The quiz is open."),
            next=_("The quiz closes."),
            by="quiz_closes_at",
            to_do=_("Take the quiz, if you have not taken it yet."),
        ),
        Chapter(
            until="shortlist_at",
            happened=_("The quiz has closed."),
            next=_("We publish who has a place in the bootcamp."),
            by="shortlist_at",
        ),
        Chapter(happened=_("The quiz has closed."), next=LATE),
    ),
    S.INELIGIBLE: (
        Chapter(
            happened=_("You do not meet the conditions of this cohort. We wrote to you why."),
            next=_("If we have misunderstood something, write to us."),
        ),
    ),
    S.WITHDRAWN: (
        Chapter(
            happened=_("You have withdrawn this application."),
            next=_("If that was a mistake, write to us."),
        ),
    ),
    S.MERGED: (
        Chapter(
            happened=_("You had applied twice. The two applications are one now."),
            next=_("Nothing you wrote is lost. The other application goes on."),
        ),
    ),
    S.PLACE_OFFERED: (
        Chapter(
            until="bootcamp_starts_at",
            happened=_("You have a place in the bootcamp, if you want it."),
            next=_("A place that is not confirmed in time lapses and is no longer kept for you."),
            to_do=_("Confirm or decline your place."),
        ),
        Chapter(
            happened=_("You have a place in the bootcamp, which has begun."),
            next=_("A place that is not confirmed in time lapses and is no longer kept for you."),
            to_do=_("Confirm or decline your place at once."),
        ),
    ),
    S.RESERVE: (
        Chapter(
            until="bootcamp_starts_at",
            happened=_("You are on the reserve list."),
            next=_(
                "If a place can be given to you, we offer it by e-mail. "
                "The list closes shortly before the bootcamp begins."
            ),
            by="bootcamp_starts_at",
        ),
        Chapter(
            happened=_("The bootcamp has begun, and your turn did not come."),
            next=NEXT_COHORT,
        ),
    ),
    S.NOT_SELECTED: (
        Chapter(happened=_("You do not have a place in this bootcamp."), next=NEXT_COHORT),
    ),
    S.PLACE_DECLINED: (
        Chapter(happened=_("You have declined your place in the bootcamp."), next=NEXT_COHORT),
    ),
    S.PLACE_LAPSED: (
        Chapter(
            happened=_("Your place has lapsed, because it was not confirmed in time."),
            next=_("If something kept you from answering, write to us."),
        ),
    ),
    S.PLACE_CONFIRMED: (
        *OUT_WITHOUT_YOU,
        Chapter(
            until="bootcamp_starts_at",
            happened=_("Your place in the bootcamp is confirmed."),
            next=_("The bootcamp begins."),
            by="bootcamp_starts_at",
        ),
        Chapter(
            until="bootcamp_ends_at",
            happened=_("The bootcamp is under way."),
            next=_("The bootcamp ends."),
            by="bootcamp_ends_at",
            to_do=_("Come to the sessions in your timetable."),
        ),
        Chapter(
            until="project_due_at",
            happened=_("The bootcamp days are over."),
            next=_("Mini-projects are due."),
            by="project_due_at",
            to_do=_("Hand in your mini-project, if you have not done so yet."),
        ),
        Chapter(
            until="finalists_at",
            happened=_("The mini-projects are with the judges."),
            next=_("We publish the finalists."),
            by="finalists_at",
        ),
        Chapter(happened=_("The mini-projects are with the judges."), next=LATE),
    ),
    S.FINAL_RESERVE: (
        Chapter(
            until="rankings_close_at",
            happened=_("You are on the finalists’ reserve list."),
            next=_(
                "If a finalist’s place can be given again, the next person on the list gets it, "
                "until rankings close."
            ),
            by="rankings_close_at",
        ),
        Chapter(
            happened=_("You were on the finalists’ reserve list, and your turn did not come."),
            next=_("Thank you for your work."),
        ),
    ),
    S.NOT_FINALIST: (
        Chapter(
            happened=_("You have finished the bootcamp and are not among the finalists."),
            next=_("Thank you for your work. You may ask us for the judges’ comments."),
        ),
    ),
    S.FINALIST: (
        Chapter(
            once=MATCH,
            happened=_("The match is published, and you are not matched with a company."),
            next=_("You remain a finalist. If a place becomes free, we may write to you again."),
        ),
        Chapter(
            until="rankings_close_at",
            happened=_("You are a finalist."),
            next=_("Rankings close."),
            by="rankings_close_at",
            to_do=_("Meet the companies and put your choices in order."),
        ),
        Chapter(
            until="match_at",
            happened=_("You are a finalist, and the rankings have closed."),
            next=_("We publish the match."),
            by="match_at",
        ),
        Chapter(
            happened=_("You are a finalist, and the rankings have closed."),
            next=LATE,
        ),
    ),
    S.MATCHED: (
        Chapter(
            happened=_("You are matched with a company."),
            next=_("The company makes you its offer."),
            to_do=_("Answer the offer in time when it comes."),
        ),
    ),
    S.HIRED: (
        Chapter(
            happened=_("You have accepted an offer. Congratulations!"),
            next=_("The company writes to you about your first day."),
        ),
    ),
}
