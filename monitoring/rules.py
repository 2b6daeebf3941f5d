"""Who may read the counts. Nobody but its person reads an answer."""

import rules

from accounts.roles import INSPECTORS, Role, has_role

reads_counts = has_role(Role.PROGRAMME_MANAGER, *INSPECTORS)

rules.add_perm("monitoring.read", reads_counts)
