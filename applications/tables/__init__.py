"""Tables that leave the house, as CSV and as XLSX. Pure: cells in, bytes out.

Both forms are written row by row, whatever the length: no table is ever whole in memory.
"""

from applications.tables.cells import Cell, harmful, harmless, say, unguarded
from applications.tables.written import write_csv, write_xlsx

__all__ = ["Cell", "harmful", "harmless", "say", "unguarded", "write_csv", "write_xlsx"]
