"""The notes model can be trained here, on a processor, in legs, and a leg that is killed costs little."""

import os
import signal
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

from phivet.cases.categories import Category
from phivet.cases.errors import PhivetError
from phivet.datasets.note_banks import NO_TEXT
from phivet.datasets.notes import Label, LabelledNote
from phivet.models.notes_model import load_tokenizer
from phivet.models.notes_tags import CATEGORIES, TAGS, begins, spans
from phivet.models.notes_windows import read_words
from phivet.training.notes_examples import Stream, examples, tags_of
from phivet.training.notes_fit import CHECKPOINT, Config, fit, share_of_rate
from phivet.training.train_notes import average, base_encoder, built, trained

SMALL = Config(tokens=3_000, batch=512)


def prepared(folder: Path) -> Path:
    load_tokenizer(base_encoder()).save(str(folder / "tokenizer.json"))
    return folder


def seen(folder: Path) -> int:
    return int(torch.load(folder / CHECKPOINT, weights_only=True)["leg"]["seen"])


def test_what_a_hand_can_mark_is_what_the_tagger_can_say() -> None:
    assert set(Category) - NO_TEXT == set(CATEGORIES)


def test_a_run_goes_on_where_its_leg_ended(tmp_path: Path) -> None:
    folder = prepared(tmp_path)
    assert not fit(built(base_encoder()), SMALL, folder, minutes=0)
    first = seen(folder)
    assert 0 < first < SMALL.tokens
    losses: list[float] = []
    assert fit(built(base_encoder()), SMALL, folder, minutes=10, tell=lambda step, loss: losses.append(loss))
    assert seen(folder) >= SMALL.tokens > first


def test_a_run_that_is_killed_leaves_a_whole_checkpoint(tmp_path: Path) -> None:
    folder = prepared(tmp_path)
    code = (
        "import sys; from pathlib import Path; from phivet.training import notes_fit;"
        "from phivet.training.train_notes import base_encoder, built;"
        "notes_fit.SECONDS = 0.0;"
        "notes_fit.fit(built(base_encoder()), notes_fit.Config(batch=256), Path(sys.argv[1]), 60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(folder)], start_new_session=True)
    try:
        for _ in range(600):
            if (folder / CHECKPOINT).exists():
                break
            time.sleep(0.2)
        time.sleep(1)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    at = seen(folder)
    assert at > 0
    fit(built(base_encoder()), Config(batch=256), folder, minutes=0)
    assert seen(folder) > at


def test_a_run_can_start_from_a_trained_model(tmp_path: Path) -> None:
    first = built(base_encoder())
    first.half().save_pretrained(tmp_path / "model")
    further = trained(tmp_path / "model")
    assert torch.equal(further.classifier.weight, first.classifier.weight.float())
    assert fit(further, SMALL, prepared(tmp_path), minutes=10)
    assert not torch.equal(further.classifier.weight, first.classifier.weight.float())


def test_a_run_from_a_trained_model_ends_between_both() -> None:
    start, further = built(base_encoder()), built(base_encoder())
    with torch.no_grad():
        further.classifier.bias += 2.0
    average(further, start)
    assert torch.allclose(further.classifier.bias, start.classifier.bias + 1.5)


def test_a_model_of_other_tags_is_no_start(tmp_path: Path) -> None:
    other = built(base_encoder())
    other.config.id2label = {number: f"tag {number}" for number in range(len(TAGS))}
    other.save_pretrained(tmp_path)
    with pytest.raises(PhivetError, match="other tags"):
        trained(tmp_path)


def test_several_workers_make_different_notes(tmp_path: Path) -> None:
    stream = Stream(str(prepared(tmp_path) / "tokenizer.json"), 7, 3, 512)
    loader = torch.utils.data.DataLoader(stream, batch_size=None, num_workers=2)
    first, second = islice(iter(loader), 2)
    assert {first[0], second[0]} == {3, 4}
    assert first[1].ids.shape != second[1].ids.shape or not torch.equal(first[1].ids, second[1].ids)


def test_the_rate_rises_stays_and_falls_to_nothing() -> None:
    shares = [share_of_rate(done, Config(warm=0.1, cool=0.3)) for done in (0.0, 0.05, 0.1, 0.5, 0.7, 0.85, 1.0)]
    assert shares == pytest.approx([0, 0.5, 1, 1, 1, 0.5, 0])


def test_a_word_has_the_tag_of_the_label_that_covers_it() -> None:
    text = "Seen by Dr Aroha Te Kanawa on 13Apr"
    labels = (Label(Category.CLINICIAN_NAME, 11, 26), Label(Category.DATE, 30, 35))
    note = LabelledNote(text, labels, "note", "", "hand", "en")
    (words,) = read_words([text], load_tokenizer(base_encoder()))
    found = [
        (text[words.bounds[a, 0] : words.bounds[b - 1, 1]], category) for a, b, category in spans(tags_of(note, words))
    ]
    assert found == [("Aroha Te Kanawa", Category.CLINICIAN_NAME), ("13Apr", Category.DATE)]


def test_every_word_of_a_long_note_is_learned_from() -> None:
    text = "No focal lesion. Seen by Ann. " * 400
    labels = tuple(Label(Category.CLINICIAN_NAME, at + 25, at + 28) for at in range(0, len(text), 30))
    note = LabelledNote(text, labels, "note", "", "hand", "en")
    windows = list(examples([note], load_tokenizer(base_encoder())))
    covered = np.zeros(len(windows[0].words), bool)
    for each in windows:
        covered[each.window.start : each.window.end] = True
        assert (each.tags == begins(Category.CLINICIAN_NAME)).sum() > 10
    assert covered.all()


def test_the_tagger_has_a_score_for_each_tag() -> None:
    encoder = built(base_encoder())
    assert encoder.config.num_labels == len(TAGS) == encoder.classifier.out_features
