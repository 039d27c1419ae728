"""The store that the docs write from scratch keeps every promise, as its page says it does.

The classes are those of the page: what it shows is what is proved.
"""

import re
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "how-to" / "new-store.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)

shown = {"__name__": __name__}
for block in BLOCKS:
    exec(compile(block, str(PAGE), "exec"), shown)

TestFolderStore = shown["TestFolderStore"]
TestFolderStoreBehaviour = shown["TestFolderStoreBehaviour"]
