import shutil
from pathlib import Path

import pytest

from phivet.cases.categories import REVIEWED_AT_MOST, Category
from phivet.cases.errors import PolicyError, UnknownPolicyError
from phivet.cases.findings import Finding
from phivet.cases.places import Whole
from phivet.cases.policy import NAMED
from phivet.cases.report import Action
from phivet.serving.policies import DEFAULT, SHIPPED, check_all, names, policy

PROFILES = ["resectaur", "radiologists", "perspectum", "casect", "cimar", "hipaa-safe-harbor"]

# What the platforms' rules say: x blocks, r is for a moderator, - is allowed. The columns are PROFILES.
RULES = """
name            x x x x x x
initials        x x x x x x
relative_name   x x x x x x
clinician_name  r r x r x x
date_of_birth   x x x x x x
study_date      x x x x x x
date            x x x x x x
age_over_89     - - - x x x
address         x x x x x x
postcode        x x x x x x
place           - - - x x x
facility        r r x r x x
phone           x x x x x x
fax             x x x x x x
email           x x x x x x
url             x x x x x x
ip_address      x x x x x x
record_number   x x x x x x
account_number  x x x x x x
licence_number  x x x x x x
device_serial   x x x x x x
vehicle         - x - x x x
biometric       r r r r r r
face            x x x x x x
social_handle   x x x x x x
occupation      x x x x x x
organisation    x x x x x x
event           x x x x x x
uniqueness      r r r r r r
unreadable_text r r r r r r
study_key       - - - - - -
other           r r r r r r
"""
ACTION = {"x": Action.BLOCK, "r": Action.REVIEW, "-": Action.ALLOW}
ROWS = {row.split()[0]: dict(zip(PROFILES, row.split()[1:], strict=True)) for row in RULES.strip().splitlines()}
CELLS = [(profile, category, ACTION[mark]) for category, row in ROWS.items() for profile, mark in row.items()]


def action(profile: str, category: str, score: float) -> Action:
    return policy(profile).action(Finding(Category(category), Whole("file-1"), score, "notes"))


@pytest.mark.parametrize(("profile", "category", "expected"), CELLS)
def test_a_sure_finding_is_dealt_with_as_the_platforms_rules_say(profile: str, category: str, expected: Action) -> None:
    assert action(profile, category, 0.99) is expected
    assert action(profile, category, 0.9) is expected


def test_the_rules_speak_of_every_category() -> None:
    assert set(ROWS) == set(Category)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("category", NAMED)
def test_below_its_review_score_nothing_happens(profile: str, category: Category) -> None:
    threshold = policy(profile).threshold(category)
    assert action(profile, category, 0.19) is Action.ALLOW
    if threshold.review_at is not None:
        assert action(profile, category, threshold.review_at - 0.001) is Action.ALLOW
        assert action(profile, category, threshold.review_at) is Action.REVIEW
    if threshold.block_at is not None:
        assert action(profile, category, threshold.block_at - 0.001) is Action.REVIEW
        assert action(profile, category, threshold.block_at) is Action.BLOCK


@pytest.mark.parametrize("profile", PROFILES)
def test_initials_need_more_certainty_than_a_name(profile: str) -> None:
    name, initials = policy(profile).threshold(Category.NAME), policy(profile).threshold(Category.INITIALS)
    assert (name.review_at or 0, name.block_at or 0) < (initials.review_at or 0, initials.block_at or 0)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("category", sorted(REVIEWED_AT_MOST))
def test_what_only_a_moderator_can_judge_never_blocks(profile: str, category: Category) -> None:
    assert action(profile, category, 1.0) is Action.REVIEW


def test_the_shipped_policies_are_the_five_platforms_and_the_default() -> None:
    assert names() == sorted(PROFILES)
    assert policy() is policy(DEFAULT)
    assert DEFAULT == "hipaa-safe-harbor"
    check_all()


def test_only_perspectum_requires_a_study_key() -> None:
    assert [name for name in names() if policy(name).study_key_required] == ["perspectum"]


@pytest.mark.parametrize(
    "key",
    [
        "SUBJ-0012", "subj0012", "SUBJECT12", "SUBJ-01-0012", "STUDY_03_0117", "TRIAL-2-041", "PPT-0042", "VOL012",
        "HV-007", "SCR-0113", "RAND-2045", "SITE03-0012", "CENTRE-2-SUBJ-014", "sub-0012", "sub-0012_ses-01",
    ],
)  # fmt: skip
def test_perspectum_knows_the_usual_study_keys(key: str) -> None:
    assert policy("perspectum").study_key.fullmatch(key)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(
    "text",
    [
        "SMITH^JOHN", "Smith", "SMITH-03-1950", "JS-0012", "19500312", "1950-03-12", "12/03/1950", "ABC1235", "ZAC5361",
        "MRN-0012345", "MRN 123", "UR 554312", "HID-4411", "NHS 943 476 5919", "943 476 5919", "123-45-6789", "0012345",
        "ACC-2019-0044", "+64 21 123 456", "SUBJ-0012 SMITH", "SUBJ-", "SUBSTANCE", "SITE", "STUDY", "",
    ],
)  # fmt: skip
def test_no_policy_takes_a_name_or_a_hospitals_number_for_a_study_key(profile: str, text: str) -> None:
    assert not policy(profile).study_key.fullmatch(text)


def test_the_files_are_laid_out_alike() -> None:
    layouts = set()
    for profile in PROFILES:
        lines = (SHIPPED / f"{profile}.toml").read_text("utf-8").splitlines()
        rows = lines[lines.index("[categories]") + 1 :]
        layouts.add((*lines[1:9], *(row.split("=")[0] for row in rows)))
    assert len(layouts) == 1


def test_a_name_that_no_policy_has_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(
        UnknownPolicyError, match="casect, cimar, hipaa-safe-harbor, perspectum, radiologists"
    ) as raised:
        policy("John Smith")
    assert "Smith" not in str(raised.value)


@pytest.mark.parametrize("name", ["", "../policies/cimar", "CIMAR", "cimar.toml", "/etc/passwd"])
def test_a_policys_name_is_no_path(name: str) -> None:
    with pytest.raises(UnknownPolicyError):
        policy(name)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PHIVET_POLICIES", str(tmp_path))
    return tmp_path


def bring(folder: Path, name: str, text: str | None = None) -> None:
    shipped = (SHIPPED / "cimar.toml").read_text("utf-8")
    (folder / f"{name}.toml").write_text(text or shipped.replace('"cimar"', f'"{name}"'), "utf-8")


def test_a_platform_may_bring_policies_of_its_own(own: Path) -> None:
    bring(own, "ward-7")
    (own / "README.md").write_text("no policy")
    assert names() == sorted([*PROFILES, "ward-7"])
    assert policy("ward-7").name == "ward-7"
    check_all()


def test_a_shipped_policy_is_not_replaced_silently(own: Path) -> None:
    shutil.copy(SHIPPED / "cimar.toml", own)
    with pytest.raises(PolicyError, match=r"cimar\.toml in PHIVET_POLICIES: phivet ships a policy of this name"):
        check_all()


def test_all_wrong_policies_are_told_at_once_each_with_its_line(own: Path) -> None:
    bring(own, "one", 'name = "one"\ntitle = "One"\nversion = 1\n')
    bring(own, "two", 'name = "two"\ncolour = "red"\n')
    bring(own, "right")
    with pytest.raises(PolicyError) as raised:
        check_all()
    first, second = str(raised.value).splitlines()
    assert first.startswith("one.toml, line 3: 'version'")
    assert second.startswith("two.toml, line 2: unknown key 'colour'")
    assert policy("right").name == "right"
    with pytest.raises(PolicyError, match=r"one\.toml, line 3"):
        policy("one")


def test_a_folder_of_policies_that_is_not_there_is_told(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHIVET_POLICIES", str(own / "nowhere"))
    with pytest.raises(PolicyError, match="PHIVET_POLICIES names no folder"):
        check_all()
