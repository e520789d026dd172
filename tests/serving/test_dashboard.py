"""The figures of the console: shares with intervals, drift, and what is overdue."""

import math
import time
from typing import Any

import numpy as np
import pytest
from bs4 import BeautifulSoup

from phivet.serving import dashboard, purge, tables
from phivet.serving.charts import Bar, Series, bars, columns
from phivet.serving.custody import Custody
from phivet.serving.dashboard import DAY, Share, figures, stability

NOW = 1_800_000_000.0


def score(risk: float, *, site: str = "a", days_ago: float = 1.0, **more: Any) -> tables.Score:
    given = {"policy": "casect", "decision": "block" if risk > 0.5 else "clear", "models": {"notes": "1"}, **more}
    return tables.Score(site=site, category="", score=risk, seconds=1.0, at=NOW - DAY * days_ago, **given)


def test_the_interval_of_a_share_is_wilsons() -> None:
    low, high = Share(8, 10).interval
    assert (low, high) == pytest.approx((0.4902, 0.9433), abs=1e-4)  # Newcombe 1998, table I
    assert Share(0, 0).interval == (0.0, 1.0)
    assert Share(0, 0).value is None
    assert Share(5, 5).interval[1] == 1.0


def test_risks_that_stay_do_not_drift_and_risks_that_move_do() -> None:
    draw = np.random.default_rng(0)
    before, same = draw.beta(2, 5, 400), draw.beta(2, 5, 400)
    moved = draw.beta(5, 2, 400)
    assert (stability(before.tolist(), same.tolist()) or 0) < dashboard.WATCH
    assert (stability(before.tolist(), moved.tolist()) or 0) > dashboard.DRIFTED
    assert stability([0.5] * 29, [0.5] * 400) is None


def test_figures_are_counted_by_day_risk_site_and_version(any_custody: Custody) -> None:
    with any_custody.store.begin() as session:
        session.add_all(score(0.95, days_ago=1) for _ in range(3))
        session.add_all(score(0.05, site="b", days_ago=2) for _ in range(5))
        session.add_all(score(0.1 * (i % 3), days_ago=20, models={"notes": "0"}) for i in range(40))
        session.add_all(score(0.95, days_ago=1 + i / 100, models={"notes": "1"}) for i in range(40))
        session.add(score(0.9, days_ago=400))
    with any_custody.store.read() as session:
        found = figures(session, 30, NOW, lambda site: True)
        only_b = figures(session, 30, NOW, lambda site: site == "b")
    assert sum(map(sum, found.volume.values())) == 88
    assert (found.risks[9], found.risks[0]) == (43, 5 + 14)
    assert found.automatic == Share(45, 88)
    assert only_b.automatic == Share(5, 5)
    drift = {each.name: each for each in found.drift_by_site}
    assert (drift["a"].index or 0) > dashboard.DRIFTED
    assert drift["b"].index is None
    assert [(each.name, each.before) for each in found.drift_by_model] == [("notes 0 → 1", 40)]
    assert (found.drift_by_model[0].index or 0) > dashboard.DRIFTED


def test_agreement_and_times_come_from_what_moderators_did(custody: Custody, scanned: Any) -> None:
    case = scanned(custody)
    now = time.time()
    with custody.store.begin() as session:
        user = session.get_one(tables.Case, case.uid).owner_id
        for i, verdict in enumerate(("right", "right", "wrong", "other")):
            session.add(
                tables.Verdict(
                    case_uid=case.uid,
                    version=1,
                    finding=f"{i}",
                    user_id=user,
                    verdict=verdict,
                    given={"category": "name"},
                )
            )
        for seconds, undone in ((12.0, None), (40.0, None), (400.0, None), (1.0, now)):
            session.add(
                tables.Decision(
                    case_uid=case.uid, version=1, user_id=user, decision="publish", reasons=[], final_at=now,
                    seconds=seconds, undone_at=undone,
                )
            )  # fmt: skip
        session.add(tables.Webhook(case_uid=case.uid, event="x", url="x", body={}, due_at=now - 60))
        session.add(tables.Webhook(case_uid=case.uid, event="x", url="x", body={}, state="dead"))
        session.get_one(tables.Case, case.uid).decided_at = now - 31 * DAY
    with custody.store.read() as session:
        found = figures(session, 7, now + 1, lambda site: True)
    assert found.agreement == {"name": Share(2, 4)}
    assert found.by_site == {"default": Share(2, 4)}
    assert found.false_alarms == Share(1, 4)
    assert (found.times, found.time, found.decisions) == ((1, 0, 1, 0, 0, 1), 40.0, {"publish": 3})
    assert (found.purge, found.webhooks, found.dead) == (1, 1, 1)


def test_only_what_can_be_purged_is_overdue(any_custody: Custody, scanned: Any) -> None:
    clean = {"note.txt": b"Normal chest."}
    for name in ("purged", "restricted", "due"):
        scanned(any_custody, clean, name)

    def overdue() -> int:
        with any_custody.store.read() as session:
            return figures(session, 7, time.time() + 31 * DAY, lambda site: site == "default").purge

    with any_custody.store.begin() as session:
        session.query(tables.Case).filter_by(case_id="restricted").update({"restricted": True})
    assert overdue() == 2
    with any_custody.store.begin() as session:
        session.query(tables.Case).filter_by(case_id="purged").update({"decided_at": time.time() - 31 * DAY})
    assert purge.purge(any_custody) == 1
    assert overdue() == 1


def test_columns_stack_to_their_sum_under_a_round_number() -> None:
    page = BeautifulSoup(
        columns("Cases", ["Mo", "Tu"], [Series("a", "block", [6, 0]), Series("b", "clear", [3, 2])]), "html.parser"
    )
    heights = [float(str(rect["height"])) for rect in page.select("rect")]
    assert heights == pytest.approx([156 * n / 12 for n in (6, 3, 2)], abs=0.1)
    assert page.svg is not None and page.svg["aria-label"] == "Cases"
    assert [text.get_text() for text in page.select("text")][:5] == ["0", "3", "6", "9", "12"]


def test_bars_end_where_their_values_are_and_names_are_no_markup() -> None:
    page = BeautifulSoup(bars("Sites", [Bar("<b>", 0.5, "50 %", 0.4, 0.6)]), "html.parser")
    track, tone = page.select("rect")
    assert float(str(tone["width"])) == pytest.approx(float(str(track["width"])) / 2, abs=0.1)
    assert page.b is None
    assert "<b>" in page.get_text()


@pytest.mark.parametrize("most", [0, 1, 3, 4, 9, 13, 99, 100, 121, 4_321])
def test_the_scale_holds_its_highest_column(most: int) -> None:
    page = BeautifulSoup(columns("x", ["a"], [Series("", "plain", [most])]), "html.parser")
    ticks = [float(text.get_text()) for text in page.select("text")[:5]]
    assert most <= ticks[-1] < max(4 * most, 5)
    assert all(math.isclose(tick, round(tick)) for tick in ticks)
