"""Every Python block of the README and the docs runs, in the order of its page.

A block of text that follows directly is what the block before it prints.
"""

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```$(?:\n+^```text\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_python_block_runs_and_prints_what_is_said(page, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    names = {"__name__": "docs"}
    for block, printed in BLOCK.findall(page.read_text("utf-8")):
        exec(compile(block, str(page), "exec"), names)
        told = capsys.readouterr().out
        if printed:
            assert told.strip() == printed.strip()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_somewhere(page):
    for target, _ in LINK.findall(page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", ["reference.md", "metrics.md"])
def test_a_page_that_is_made_is_that_of_the_code(page):
    made = runpy.run_path(str(ROOT / "docs" / "make_reference.py"))
    current = (ROOT / "docs" / page).read_text("utf-8")
    assert current == made["text"](page), "run: python docs/make_reference.py"
