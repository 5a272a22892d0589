"""Names, telephone numbers and companies that are like no other, so that what was sent can be searched for them."""

import itertools
import re

OWNER = re.compile(r"密友\d{5}|139\d{8}")
"""Who an owner is, and how to reach them."""
OF_A_CASE = re.compile(r"CM-\d{4}-\d{4,}|鹏[厂事]\d{5}")
"""What says that there is a case, or what is done in one."""


class Canaries:
    """Each is given once."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def owner(self) -> str:
        """How an owner is called."""
        return f"密友{next(self._numbers):05d}"

    def phone(self) -> str:
        """A mobile number."""
        return f"139{next(self._numbers):08d}"

    def company(self) -> str:
        """A company's name."""
        return f"鹏厂{next(self._numbers):05d}有限公司"

    def matter(self) -> str:
        """Something that is to be done, or was said."""
        return f"鹏事{next(self._numbers):05d}"
