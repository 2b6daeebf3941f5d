"""Institutions: the names in force, and what staff do to the list."""

from applications.institutions import Directory, directory_of
from applications.models import Institution, InstitutionAlias


def directory() -> Directory:
    """The names in force; those of a merged institution lead to what it was merged into.

    Two queries whatever the size.
    """
    rows = {row.pk: row for row in Institution.objects.all()}
    own = (
        (name, final(row, rows).code)
        for row in rows.values()
        for name in (row.code, row.name_en, row.name_zh)
    )
    aliases = (
        (alias.name, final(rows[alias.institution_id], rows).code)
        for alias in InstitutionAlias.objects.filter(institution__in=rows)
    )
    return directory_of((*own, *aliases))


def final(institution: Institution, among: dict[int, Institution]) -> Institution:
    """What an institution was merged into, in the end; itself if it was not.

    Args:
        among: every institution by its row id.
    """
    while institution.merged_into_id is not None:
        institution = among[institution.merged_into_id]
    return institution
