"""Every code of the engine, finding, state, effect and reason, has its sentence in Persian and in English."""

import ast
import re
import string

import pytest
from django.utils import translation

from conftest import ROOT
from gis_core.constraints import findings
from gis_core.constraints.evaluate import SHOWN
from gis_core.constraints.evaluations import ON_DEMAND
from map_ui import reason_texts, wording

ENGINE = ROOT / "gis_core" / "constraints"
README = (ENGINE / "README.md").read_text(encoding="utf-8")
PERSIAN = re.compile("[\u0600-\u06ff]")


def told_reasons() -> dict[str, list[str]]:
    """Reason codes that the engine's README tells, with the names of their values."""
    start = README.index("Reason codes, by what they are about")
    text = README[start : README.index("\n\n`width_m` of a zone", start)]
    found = re.findall(r"`([A-Z][A-Z_]+)`(?: \{([^}]*)\})?", text)
    return {code: [name.strip(" ?") for name in names.split(",") if name] for code, names in found}


#: Modules that judge proposed buildings and not lots.
OF_PROPOSALS = ("proposal.py", "placing.py", "counting.py")


def named_in_sources(without=()) -> set[str]:
    """Reason codes that stand in the engine's sources as the first word of a reason."""
    files = [path for path in sorted(ENGINE.glob("*.py")) if path.name not in without]
    sources = [path.read_text(encoding="utf-8") for path in files]
    return {code for text in sources for code in re.findall(r"Reason\(\s*\"([A-Z_]+)\"", text)}


def placeholders(sentence: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)", sentence))


def said(code: str, args: dict, language: str) -> str:
    with translation.override(language):
        return reason_texts.reason({"code": code, "args": args})


def sample(names) -> dict:
    lists = {"inputs", "rules", "articles", "layers", "agencies", "streets", "kinds", "lines", "uses"}
    return {name: ["x"] if name in lists else 7.5 for name in names}


def test_the_readme_names_every_reason_that_an_evaluation_gives():
    assert named_in_sources(without=OF_PROPOSALS) - set(told_reasons()) == set()


@pytest.mark.parametrize("code", sorted(named_in_sources() | set(told_reasons())))
def test_a_reason_has_its_sentence_in_both_languages(code):
    assert code in reason_texts.REASONS, "A page would show the bare code."
    args = sample(placeholders(reason_texts.REASONS[code]) | set(told_reasons().get(code, ())))
    english, persian = said(code, args, "en"), said(code, args, "fa")
    assert english != code
    assert "%(" not in english + persian
    assert not PERSIAN.search(english)
    assert PERSIAN.search(persian)
    assert english[0] in string.ascii_uppercase + "\u2066\u2067\u2068x7"


@pytest.mark.parametrize(
    ("names", "codes"),
    [
        (wording.FINDINGS, {*SHOWN, *ON_DEMAND}),
        (wording.STATES, set(findings.STATES)),
        (wording.EFFECTS, {"NO_BUILD", "CONDITIONAL", "HEIGHT_LIMIT", "INFO"}),
    ],
    ids=["findings", "states", "effects"],
)
def test_findings_states_and_effects_have_their_words_in_both_languages(names, codes):
    assert codes - set(names) == set()
    for code in sorted(codes):
        with translation.override("fa"):
            persian = translation.gettext(names[code])
        with translation.override("en"):
            english = translation.gettext(names[code])
        assert PERSIAN.search(persian), code
        assert not PERSIAN.search(english), code


def test_a_code_without_a_sentence_is_shown_and_never_left_out():
    assert said("SOMETHING_NEW", {}, "fa") == "SOMETHING_NEW"


@pytest.mark.parametrize("code", sorted(reason_texts.REASONS))
def test_the_persian_sentence_says_every_value_that_the_english_one_says(code):
    with translation.override("fa"):
        persian = translation.gettext(reason_texts.REASONS[code])
    assert placeholders(persian) == placeholders(reason_texts.REASONS[code])


def given_in_sources():
    """Reasons with their values as the engine's sources write them: where, code, names of the values."""
    for path in sorted(ENGINE.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = (
                isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Reason"
            )
            if not named or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            values = node.args[1] if len(node.args) > 1 else ast.Dict([], [])
            if isinstance(values, ast.Dict):
                names = {key.value for key in values.keys if isinstance(key, ast.Constant)}
                yield pytest.param(node.args[0].value, names, id=f"{path.stem}-{node.lineno}")


@pytest.mark.parametrize(("code", "names"), list(given_in_sources()))
def test_a_reason_is_given_with_every_value_that_its_sentence_says(code, names):
    for language in ("fa", "en"):
        # The zones of a lot that falls to another one's rules are added to its reason lot by lot.
        later = {"zone", "falls_to"} if code.startswith("FALLS_BY_") else set()
        told = said(code, sample(names | later), language)
        assert "؟" not in told.rstrip("؟"), "A value is missing: the sentence has a gap."
