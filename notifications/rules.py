"""Who may do what with messages."""

import rules

from accounts.roles import INSPECTORS, Role, has_role

mends_messages = has_role(Role.PROGRAMME_MANAGER)
reads_messages = has_role(Role.PROGRAMME_MANAGER, *INSPECTORS)

rules.add_perm("notifications.mend_messages", mends_messages)
rules.add_perm("notifications.read_messages", reads_messages)
