"""What holds for every rule: it is registered, named well, documented, and has the cases it needs."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

import azmlflow.rules
import pytest
from azmlflow.rules import RULES, all_rules, codes, entry, find
from azmlflow.rules.base import RuleModule

from tests.rules.harness import CASES, read_cases

FOLDER = Path(azmlflow.rules.__file__).parent
DOCS = Path(__file__).parents[2] / "docs" / "rules"
MACHINERY = {"__init__", "apply", "base", "engine", "selection", "source", "suppressions"}
HEADINGS = ["What it does", "Why it is bad", "Example", "Use instead", "Fix safety", "References"]
MADE_BY_THE_ENGINE = {"AZM902", "AZM903"}

each_rule = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.rule.code)


def test_every_rule_on_disk_is_registered_and_no_other():
    on_disk = {
        path.stem for path in FOLDER.glob("*.py") if "RULE = Rule(" in path.read_text(encoding="utf-8")
    }
    assert on_disk == {module for _, module in RULES}
    others = {path.stem for path in FOLDER.glob("*.py")} - on_disk
    assert others >= MACHINERY
    for name in others:
        assert not hasattr(import_module(f"azmlflow.rules.{name}"), "check"), f"{name} looks like a rule"


def test_the_registry_is_in_the_order_of_the_codes():
    assert list(codes()) == sorted(set(codes()))


def test_a_rule_is_found_by_code_and_by_name_in_any_case():
    for code, module in RULES:
        name = module.replace("_", "-")
        assert entry(code.lower()) == entry(name) == entry(module) == (code, module)
    assert find("AZM000") is None
    assert find("AZM") is None


def test_registering_a_rule_twice_is_refused():
    with pytest.raises(ValueError, match="registered twice: AZM111"):
        azmlflow.rules._refuse_duplicates((("AZM111", "one"), ("AZM111", "other")))
    with pytest.raises(ValueError, match="registered twice: one"):
        azmlflow.rules._refuse_duplicates((("AZM111", "one"), ("AZM112", "one")))


@each_rule
def test_code_and_name(rule: RuleModule):
    record = rule.rule
    assert re.fullmatch(r"AZM\d{3}", record.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", record.name)
    assert not re.match(r"(avoid|use|prefer|no|dont|missing|check)-", record.name), (
        "a name states the bad thing"
    )
    assert re.fullmatch(r"\d+\.\d+\.\d+", record.since)
    assert record.kinds


@each_rule
def test_summary_is_one_plain_line(rule: RuleModule):
    summary = rule.rule.summary
    assert 10 <= len(summary) <= 120
    assert "\n" not in summary
    assert not summary.endswith(".")


@each_rule
def test_sources_are_public_pages(rule: RuleModule):
    for url in (rule.rule.source_url, rule.rule.url):
        parts = urlsplit(url)
        assert parts.scheme == "https", url
        assert "." in parts.netloc, url


@each_rule
def test_documentation_has_the_fixed_headings_in_order(rule: RuleModule):
    opening = rule.documentation.partition("\n\n## ")[0]
    assert opening.endswith("."), "the first line is one sentence"
    assert "\n" not in opening
    headings = re.findall(r"^## (.+)$", rule.documentation, re.MULTILINE)
    fixable = rule.rule.fixable != "never"
    assert headings == [heading for heading in HEADINGS if fixable or heading != "Fix safety"]
    for section in re.split(r"^## .+$", rule.documentation, flags=re.MULTILINE)[1:]:
        assert section.strip(), "a section is empty"
    assert "https://" in rule.documentation.split("## References")[1]


@each_rule
def test_examples_in_python_parse(rule: RuleModule):
    for example in re.findall(r"^```python\n(.*?)^```$", rule.documentation, re.MULTILINE | re.DOTALL):
        ast.parse(example)


@each_rule
def test_the_docs_page_exists(rule: RuleModule):
    assert (DOCS / f"{rule.rule.name}.md").is_file(), "run docs/generate.py"


@each_rule
def test_the_file_is_short(rule: RuleModule):
    _, module = entry(rule.rule.code) or ("", "")
    lines = (FOLDER / f"{module}.py").read_text(encoding="utf-8").count("\n")
    assert lines <= 200, (
        "move what several rules share beside them, and what is true of Azure to azmlflow.azure"
    )


@each_rule
def test_has_the_cases_it_needs(rule: RuleModule):
    record = rule.rule
    path = CASES / f"{record.code}.yaml"
    assert path.is_file(), f"write {path.name}"
    cases = read_cases(path)
    names = [case.name for case in cases]
    assert len(set(names)) == len(names), "two cases have one name"
    tags = {tag for case in cases for tag in case.tags}
    assert any(not case.expect for case in cases), "a case that finds nothing"
    assert any("looks-bad-but-fine" in case.tags and not case.expect for case in cases), (
        "a case that looks bad but is fine"
    )
    assert any(case.expect for case in cases) or record.code in MADE_BY_THE_ENGINE, (
        "a case that finds something"
    )
    if record.fixable != "never":
        assert any(case.fix for case in cases), "a case with a fix"
    if record.fixable == "sometimes":
        assert tags & {"must-not-fix", "no-fix"}, "a case that must not be fixed"


def test_every_case_file_belongs_to_a_rule():
    assert {path.stem for path in CASES.glob("*.yaml")} <= set(codes())
