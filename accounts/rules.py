"""Who may do what on the ground floor."""

import rules

from accounts.roles import INSPECTORS, Role, has_role

manages_people = has_role(Role.PROGRAMME_MANAGER)
reads_trail = has_role(Role.PROGRAMME_MANAGER, *INSPECTORS)
views_as = has_role(Role.PROGRAMME_MANAGER)

rules.add_perm("accounts.manage_people", manages_people)
rules.add_perm("accounts.read_trail", reads_trail)
rules.add_perm("accounts.view_as", views_as)
