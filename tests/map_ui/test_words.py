"""Every word of the pages has its Persian, and no two catalogues disagree."""

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.utils.translation.template import templatize

from conftest import ROOT

PAGES = ROOT / "map_ui"
_CALLS = frozenset({"_", "gettext", "gettext_noop", "gettext_lazy", "ngettext"})
_IN_TEMPLATE = re.compile(r"""\bn?gettext\(u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")


def words_of_python(source: str) -> set[str]:
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and node.args]
    named = [node for node in calls if isinstance(node.func, ast.Name) and node.func.id in _CALLS]
    return {node.args[0].value for node in named if isinstance(node.args[0], ast.Constant)}


def words_of_template(source: str) -> set[str]:
    return {ast.literal_eval(found) for found in _IN_TEMPLATE.findall(templatize(source))}


def translated() -> set[str]:
    found = set()
    for path in (PAGES / "locale" / "fa").glob("*.po"):
        for entry in path.read_text(encoding="utf-8").split("\n\n"):
            msgid = re.search(r'^msgid ((?:".*"\n?)+)', entry, re.M)
            msgstr = re.search(r'^msgstr(?:\[0\])? ((?:".*"\n?)+)', entry, re.M)
            if msgid and msgstr and _text(msgstr.group(1)):
                found.add(_text(msgid.group(1)))
    return found


def _text(lines: str) -> str:
    return "".join(ast.literal_eval(line) for line in lines.strip().split("\n"))


def words() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in PAGES.rglob("*.py"):
        found |= dict.fromkeys(words_of_python(path.read_text(encoding="utf-8")), path)
    for path in (PAGES / "templates").rglob("*.html"):
        found |= dict.fromkeys(words_of_template(path.read_text(encoding="utf-8")), path)
    return found


def test_every_word_of_the_pages_has_its_persian():
    known = translated()
    missing = {word: path.name for word, path in words().items() if word and word not in known}
    assert missing == {}


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not here.")
def test_two_translations_of_one_word_are_refused(tmp_path):
    (tmp_path / "fa").mkdir()
    for name, text in (("a", "پلاک"), ("b", "قطعه")):
        (tmp_path / "fa" / f"{name}.po").write_text(f'msgid "Plate"\nmsgstr "{text}"\n', encoding="utf-8")
    module = PAGES / "frontend" / "messages.mjs"
    program = f'import {{ compileMessages }} from "{module}"; compileMessages("{tmp_path}");'
    done = subprocess.run(
        ["node", "--input-type=module", "-e", program], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert 'translates "Plate" otherwise' in done.stderr
