from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phivet.cases.categories import REVIEWED_AT_MOST, Category
from phivet.cases.errors import PolicyError
from phivet.cases.findings import Finding
from phivet.cases.places import Whole
from phivet.cases.policy import NAMED, Policy, Threshold, read_policy
from phivet.cases.report import Action

HEAD = ['name = "p"', 'title = "P"', 'version = "1"', "", "[study_key]", "required = true", "patterns = ['K\\d+']", ""]
ROWS = [
    f"{c} = {{ review_at = 0.3 }}" if c in REVIEWED_AT_MOST else f"{c} = {{ review_at = 0.3, block_at = 0.8 }}"
    for c in NAMED
]
RIGHT = [*HEAD, "[categories]", *ROWS]
NAME_LINE = 10


def read(folder: Path, *lines: str) -> Policy:
    path = folder / "p.toml"
    path.write_text("\n".join(lines), "utf-8")
    return read_policy(path)


def wrong(folder: Path, *lines: str) -> str:
    with pytest.raises(PolicyError) as raised:
        read(folder, *lines)
    return str(raised.value)


def changed(line: int, *by: str) -> list[str]:
    return [*RIGHT[: line - 1], *by, *RIGHT[line:]]


def test_a_policy_file_says_when_each_category_is_acted_on(tmp_path: Path) -> None:
    policy = read(tmp_path, *changed(NAME_LINE, "name = {}"))
    assert (policy.name, policy.title, policy.version, policy.study_key_required) == ("p", "P", "1", True)
    assert policy.threshold(Category.NAME) == Threshold()
    assert policy.threshold(Category.PHONE) == Threshold(0.3, 0.8)
    assert policy.threshold(Category.OTHER) == Threshold(0.3)
    assert [c for c in Category if not policy.minds(c)] == [Category.NAME, Category.STUDY_KEY]


@pytest.mark.parametrize(
    ("score", "action"), [(0.0, Action.ALLOW), (0.299, Action.ALLOW), (0.3, Action.REVIEW), (0.8, Action.BLOCK)]
)
def test_a_threshold_is_reached_at_its_own_score(tmp_path: Path, score: float, action: Action) -> None:
    assert read(tmp_path, *RIGHT).action(Finding(Category.PHONE, Whole("file-1"), score, "notes")) is action


def test_the_usual_study_keys_are_known_beside_the_files_own(tmp_path: Path) -> None:
    known = read(tmp_path, *RIGHT).study_key
    assert known.fullmatch("SUBJ-0012")
    assert known.fullmatch("k77")
    assert not known.fullmatch("k77 Smith")


@pytest.mark.parametrize("start", ["\ufeff", "# made by hand\n\n"])
def test_a_byte_order_mark_and_comments_do_no_harm(tmp_path: Path, start: str) -> None:
    assert read(tmp_path, start + "\n".join(RIGHT)) == read(tmp_path, *RIGHT)


def test_categories_may_be_written_as_tables_of_their_own(tmp_path: Path) -> None:
    tables = [line for c in NAMED for line in (f"[categories.{c}]", "review_at = 0.3")]
    assert read(tmp_path, *HEAD, *tables).threshold(Category.FACE) == Threshold(0.3)
    tables[3] = "reviewat = 0.3"
    assert wrong(tmp_path, *HEAD, *tables).startswith("p.toml, line 12: unknown key 'reviewat'")


@pytest.mark.parametrize(
    ("line", "by", "why"),
    [
        (1, "name = 7", "'name' must be a text"),
        (1, 'name = "q"', "'name' must be that of the file"),
        (1, "name = p", "Invalid value"),
        (1, 'name = "p', "Illegal character"),
        (2, 'title = "  "', "'title' must be a text"),
        (3, "version = 1", "'version' must be a text"),
        (3, 'title = "again"', "Cannot overwrite a value"),
        (4, 'colour = "red"', "unknown key 'colour', must be one of categories, name"),
        (4, "[colours]", "unknown key 'colours'"),
        (5, "[study_keys]", "unknown key 'study_keys'"),
        (6, 'required = "yes"', "'required' must be true or false"),
        (6, "needed = true", "unknown key 'needed', must be one of patterns, required"),
        (7, "patterns = 'K'", "'patterns' must be a list of texts"),
        (7, "patterns = [1]", "'patterns' must be a list of texts"),
        (7, "patterns = ['K(']", "not a regular expression: missing )"),
        (7, "patterns = ['(?P<a>K)', '(?P<a>L)']", "not a regular expression: redefinition"),
        (7, "patterns = ['a{99999999999999999999}']", "not a regular expression"),
        (7, "patterns = ['K', '.*']", "pattern 2 would take a name"),
        (7, "patterns = ['[a-z ^]+']", "pattern 1 would take a name"),
        (7, "patterns = ['\\d{8}']", "pattern 1 would take a name, a birth date"),
        (9, "[category]", "unknown key 'category'"),
        (10, "nome = { review_at = 0.3 }", "unknown category 'nome'"),
        (10, "Name = { review_at = 0.3 }", "unknown category 'Name'"),
        (10, "name = 0.3", "'name' must be a table such as"),
        (10, "name = [0.3, 0.8]", "'name' must be a table"),
        (10, "name = { review_at = 0.3, blok_at = 0.8 }", "unknown key 'blok_at', must be one of block_at, review_at"),
        (10, "name = { review_at = 0.9, block_at = 0.8 }", "'name': review_at may not lie above block_at"),
        (10, "name = { review_at = 0 }", "'review_at' of 'name': a threshold is a score above 0, at most 1"),
        (10, "name = { block_at = 1.1 }", "'block_at' of 'name': a threshold"),
        (10, "name = { block_at = -0.1 }", "'block_at' of 'name': a threshold"),
        (10, "name = { block_at = nan }", "'block_at' of 'name': a threshold"),
        (10, "name = { block_at = inf }", "'block_at' of 'name': a threshold"),
        (10, "name = { block_at = true }", "'block_at' of 'name': a threshold"),
        (10, "name = { block_at = '0.8' }", "'block_at' of 'name': a threshold"),
        (10, "name = { block_at = {} }", "'block_at' of 'name': a threshold"),
        (10, "name = { review_at = 0.3", "Unclosed inline table"),
        (10, "name = {}\nname = {}", "Cannot overwrite a value"),
        (40, "other = { block_at = 0.8 }", "'other' leads to review in every policy, and never blocks"),
        (40, "other = { review_at = 0.3, block_at = 0.8 }", "'other' leads to review in every policy"),
        (40, "other = {}", "'other' leads to review in every policy"),
        (40, "other = { review_at = 0.3 }\nstudy_key = { block_at = 0.9 }", "a study key is allowed by every policy"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named(tmp_path: Path, line: int, by: str, why: str) -> None:
    at = line + by.count("\n")
    assert wrong(tmp_path, *changed(line, *by.split("\n"))).startswith(f"p.toml, line {at}: {why}")


def test_the_same_key_elsewhere_misleads_nobody(tmp_path: Path) -> None:
    decoys = ["# name = { blok_at = 1 }", "title = 'name = { blok_at'", 'version = """', "name = 3", '"""']
    lines = [*decoys, *changed(NAME_LINE, "name = { blok_at = 0.8 }")]
    lines.remove('title = "P"')
    lines.remove('version = "1"')
    lines[lines.index('name = "p"')] = "'name' = \"p\""
    assert wrong(tmp_path, *lines).startswith("p.toml, line 13: unknown key 'blok_at'")


def test_a_list_over_several_lines_is_named_by_its_first(tmp_path: Path) -> None:
    lines = changed(7, "# the patterns", "patterns = [", "  'A\\d',", "  # none", "  7,", "]")
    assert wrong(tmp_path, *lines).startswith("p.toml, line 8: 'patterns' must be")


def test_a_list_without_an_end_is_named_where_it_starts(tmp_path: Path) -> None:
    assert wrong(tmp_path, *RIGHT, "x = [", "1,", "").startswith("p.toml, line 41: Invalid value")


@pytest.mark.parametrize("key", ["name", "title", "version"])
def test_what_is_missing_is_named(tmp_path: Path, key: str) -> None:
    assert f"'{key}' must be a text" in wrong(tmp_path, *[line for line in RIGHT if not line.startswith(f'{key} = "')])


def test_a_category_that_nothing_is_said_of_is_refused_and_not_let_through(tmp_path: Path) -> None:
    lines = [line for line in RIGHT if not line.startswith(("face ", "email "))]
    assert wrong(tmp_path, *lines) == (
        "p.toml, line 9: nothing is said of email, face: write {} to allow a category"
    )  # fmt: skip
    assert wrong(tmp_path, *HEAD).startswith("p.toml, line 1: the table 'categories' is missing")
    assert wrong(tmp_path, "categories = 1", *HEAD).startswith("p.toml, line 1: the table 'categories' is missing")


def test_a_study_key_table_that_is_none_is_refused(tmp_path: Path) -> None:
    lines = ["study_key = 'K'", *HEAD[:3], "[categories]", *ROWS]
    assert wrong(tmp_path, *lines).startswith("p.toml, line 1: 'study_key' must be a table")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "p.toml, line 1: 'name' must be a text"),
        (b'name = "p"\ntitle = "\xff"\n', "p.toml, line 2: not UTF-8"),
        (b"a = " + b"[" * 9_999, "p.toml, line 1: no TOML document"),
        (b"\na = " + b"9" * 9_999, "p.toml, line 2: no TOML document"),
        (b"\x00", "p.toml, line 1: Invalid statement"),
    ],
)
def test_bytes_that_are_no_policy_are_refused(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "p.toml"
    path.write_bytes(content)
    with pytest.raises(PolicyError) as raised:
        read_policy(path)
    assert str(raised.value).startswith(why)


@given(st.binary(max_size=60), st.integers(0, 200))
def test_a_damaged_policy_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, junk: bytes, at: int) -> None:
    path = tmp_path_factory.getbasetemp() / "p.toml"
    text = "\n".join(RIGHT).encode()
    path.write_bytes(text[:at] + junk + text[at + len(junk) :])
    try:
        assert read_policy(path).name == "p"
    except PolicyError as error:
        assert str(error).startswith("p.toml, line ")


def test_a_file_that_is_not_there_or_no_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "p.toml"):
        with pytest.raises(PolicyError, match="cannot be read"):
            read_policy(path)


@pytest.mark.parametrize("name", ["P", "a b", "a_b", "-a", "ä"])
def test_a_policys_name_is_fit_for_a_report(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.toml"
    path.write_text("\n".join([f'name = "{name}"', *RIGHT[1:]]), "utf-8")
    with pytest.raises(PolicyError, match="line 1: 'name' must be that of the file"):
        read_policy(path)


@pytest.mark.parametrize("at", [0, -1, 1.01, float("nan"), float("inf"), True])
def test_a_threshold_is_a_score(at: float) -> None:
    with pytest.raises(ValueError, match="a threshold is a score above 0, at most 1"):
        Threshold(review_at=at)
    with pytest.raises(ValueError, match="a threshold is a score above 0, at most 1"):
        Threshold(block_at=at)
