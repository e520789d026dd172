"""Narratives that could be recognised though no name stands in them go to a moderator; teaching files do not."""

import time
import tomllib
from itertools import pairwise

import pytest

from phivet.cases.categories import Category
from phivet.cases.findings import Finding, Reason
from phivet.cases.places import Span
from phivet.cases.report import Action
from phivet.datasets.note_banks import banks
from phivet.datasets.rare_diseases import CLASSES, distinctive, table
from phivet.models.hits import Hit
from phivet.models.notes_rarity import rare_diseases
from phivet.models.notes_text import read
from phivet.models.notes_uniqueness import TOGETHER, WEIGHTS, find_uniqueness
from phivet.models.notes_uniqueness_phrases import PHRASES, Sign
from phivet.serving.policies import policy

PROFILES = ["resectaur", "radiologists", "perspectum", "casect", "cimar", "hipaa-safe-harbor"]
REVIEW = 0.5
"""The score from which on every policy asks a moderator."""


def unique(text: str, *found: Hit) -> list[Hit]:
    return list(find_uniqueness(read(text), found))


def reasons(text: str, *found: Hit) -> set[Reason]:
    """Why `text` would be reviewed."""
    return {reason for hit in unique(text, *found) if hit.score >= REVIEW for reason in hit.reasons}


def hit(category: Category, text: str, words: str) -> Hit:
    """What another rule found: `words` in `text`."""
    start = text.index(words)
    return Hit(category, start, start + len(words), 0.8, (Reason.IN_CONTEXT,))


@pytest.mark.parametrize(
    "text",
    [
        "Only the third case in the world.",
        "She is the only child in the country with both deletions.",
        "The second reported patient with this anomaly; the first is in Norway.",
        "Our patient is one of fourteen people known to have the variant.",
        "One of fewer than a dozen living patients.",
        "To our knowledge, this is the first such cyst of the thumb.",
        "We report the first patient with all three.",
        "She was the first woman to survive the operation.",
        "This combination of anomalies has never been described before.",
        "A previously undescribed presentation in our patient.",
        "No similar case was found in the literature. In this patient the mass was calcified: no other case is known.",
        "He is the last known survivor of the expedition.",
        "Born as one of sextuplets.",
        "هذه ثالث حالة مسجلة في العالم",
    ],
)
def test_a_case_like_no_other_is_for_a_moderator(text: str) -> None:
    assert Reason.FEW_KNOWN in reasons(text)


@pytest.mark.parametrize(
    "text",
    [
        "1. Smith J, Jones AB. First reported case of gastric duplication in the world. Acta Radiol 1998.",
        "Case Rep Radiol 2014: the first documented case in Europe",
        "The first known patient with both. J Pediatr 2004;182(3):611-6",
        "The entity was first reported in 1973 by a Danish surgeon.",
        "The first reported case was in a sailor, and dates from 1906.",
        "In 1884 Rix described the first known case of the disease.",
        "The first case on the list was cancelled. The second patient was late.",
        "This was the first case for our registrar.",
        "The youngest patient in the series was 4, the oldest child in the trial 9.",
        "One of the two patients had a pneumothorax; one of three siblings did not.",
        "Malignant change has never been reported.",
        "She has never been seen in this clinic before.",
        "A rare entity, fewer than 200 cases in the literature.",
        "Only child, first pregnancy, second opinion.",
        "أول فحص في المملكة بهذا الجهاز",
    ],
)
def test_citations_history_and_lists_are_not_unique(text: str) -> None:
    assert reasons(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "The fall was filmed and shown in a local newspaper; the family was interviewed by national television.",
        "His transplant made international headlines.",
        "A clip of the accident went viral.",
        "She appeared on breakfast television with her surgeon.",
        "The collapse of the stand was widely reported in the national press.",
        "There is a documentary about her, and a GoFundMe page.",
        "Injured in a much publicised kidnapping.",
        "انتشرت قصته في وسائل الإعلام",
    ],
)
def test_what_was_in_the_media_is_for_a_moderator(text: str) -> None:
    assert Reason.IN_THE_NEWS in reasons(text)


@pytest.mark.parametrize(
    "text",
    [
        "He was watching the news on television when the pain began.",
        "Images may be published in newspapers or shown on television if consent is given.",
        "There was no media coverage. The family wish to avoid the press.",
        "Calcification is reported in the media of the radial artery.",
        "NEWS 7, was 5 on the NEWS chart. Bad news was broken in clinic.",
        "A cyst is seen on TV ultrasound. Viral load: 40. Bench press 80 kg. Contrast media given.",
        "Media coverage of vaccination has lowered uptake.",
    ],
)
def test_television_and_media_as_words_are_no_news(text: str) -> None:
    assert reasons(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "The tallest living man in Europe, with back pain.",
        "Holder of the world record for the longest nails; a Guinness record holder.",
        "A famous cricketer with a stress fracture.",
        "Olympic rower, rib pain.",
        "The patient is the bishop of a northern diocese.",
        "Retired mayor of a town on the coast.",
        "The whole town knows about the accident.",
        "A serving member of parliament, chest pain.",
        "She won gold at the student games; her channel has 90,000 followers.",
        "Winner of a reality television show, later a reality tv star.",
    ],
)
def test_whom_the_public_knows_is_for_a_moderator(text: str) -> None:
    assert Reason.PUBLIC_FIGURE in reasons(text)


@pytest.mark.parametrize(
    "text",
    [
        "Named after the famous baseball player: amyotrophic lateral sclerosis. Lou Gehrig was a celebrity.",
        "Prince of Wales Hospital. Bishop score 7. Mayo grade 2.",
        "Forwarded to the mayor of the town. Letter from the governor of the state.",
        "A well-known complication. The largest recorded cyst was 30 cm. The medical record holds no allergy.",
        "Amateur rugby player, hamstring tear. An Olympic-size pool.",
    ],
)
def test_offices_and_fame_of_others_are_left_alone(text: str) -> None:
    assert reasons(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "The only blacksmith in the village.",
        "One of two pupils of a one-teacher school: she is one of two girls in the village school.",
        "Lives in a hamlet of sixty inhabitants.",
        "The parents come from one tiny island and are second cousins.",
        "Twins from a remote island community, both with the same rash.",
        "Consanguineous parents, both from a small village near the border.",
        "Triplets. The mother belongs to an iwi of the east coast; the same iwi as the father.",
        "Attacked by a shark off the small island where she lives.",
        "Omodysplasia. He comes from a tiny fishing village.",
        "توأم من قرية صغيرة",
    ],
)
def test_one_of_few_in_a_small_community_is_for_a_moderator(text: str) -> None:
    assert reasons(text)


@pytest.mark.parametrize(
    "text",
    [
        "Twin pregnancy, DCDA, 28 weeks; twin A cephalic, twin B breech. Triplets at last pregnancy.",
        "Consanguineous parents, first cousins.",
        "He lives in a small village.",
        "Non-consanguineous marriage, from a small village.",
        "The only hospital on the island has no CT.",
        "The only lesion in the island of bone; small islands of normal tissue.",
        "Triplet therapy from the village pharmacy. No consanguinity; remote village.",
        "Twin-to-twin transfusion, twin to twin transfusion syndrome. Injured in a bus crash.",
    ],
)
def test_twins_villages_and_accidents_alone_are_ordinary(text: str) -> None:
    assert reasons(text) == set()


def test_a_rare_disease_alone_is_what_case_libraries_are_made_of() -> None:
    (ultra,) = unique("Melorheostosis of the femur: flowing hyperostosis.")
    assert ultra.reasons == (Reason.RARE_DISEASE,)
    assert ultra.score < REVIEW
    assert unique("Lafora disease. Adamantinoma of the tibia.") == []
    assert unique("Neurofibromatosis type 1, cystic fibrosis, Ewing sarcoma, Marfan syndrome.") == []


NOTE = "Beekeeper of {place}. Diagnosis: {disease}. Scanned in May, at Fernhill Hospital."


@pytest.mark.parametrize(
    ("disease", "others", "reviewed"),
    [
        ("sclerosteosis", [], False),
        ("sclerosteosis", [(Category.DATE, "May")], False),
        ("sclerosteosis", [(Category.DATE, "May"), (Category.FACILITY, "Fernhill Hospital")], True),
        ("sclerosteosis", [(Category.PLACE, "Puhoi")], True),
        ("sclerosteosis", [(Category.OCCUPATION, "Beekeeper")], True),
        ("Barth syndrome", [(Category.PLACE, "Puhoi")], False),
        ("Barth syndrome", [(Category.PLACE, "Puhoi"), (Category.OCCUPATION, "Beekeeper")], True),
        ("sarcoidosis", [(Category.PLACE, "Puhoi"), (Category.FACILITY, "Fernhill Hospital")], False),
        ("gout", [(Category.PLACE, "Puhoi"), (Category.OCCUPATION, "Beekeeper")], False),
        ("gout", [(Category.PLACE, "Puhoi"), (Category.OCCUPATION, "Beekeeper"), (Category.DATE, "May")], True),
    ],
)
def test_what_stands_near_makes_the_difference(
    disease: str, others: list[tuple[Category, str]], reviewed: bool
) -> None:
    text = NOTE.format(place="Puhoi", disease=disease)
    found = [hit(category, text, words) for category, words in others]
    assert (Reason.CONSTELLATION in reasons(text, *found)) is reviewed


def test_an_event_with_its_place_and_date_singles_out() -> None:
    text = "Fell at the cheese race in Puhoi in May."
    event, place, day = (
        hit(category, text, words)
        for category, words in [(Category.EVENT, "cheese race"), (Category.PLACE, "Puhoi"), (Category.DATE, "May")]
    )
    assert reasons(text, event, place, day) == {Reason.CONSTELLATION}
    assert reasons(text, event, place) == set()
    unsure = Hit(Category.PLACE, place.start, place.end, 0.3, place.reasons)
    assert reasons(text, event, unsure, day) == set()


def test_what_stands_pages_apart_is_another_case() -> None:
    assert reasons("Sclerosteosis. " + "The lungs are clear. " * 10 + "She lives in a remote village.")
    assert reasons("Sclerosteosis. " + "The lungs are clear. " * 200 + "She lives in a remote village.") == set()


@pytest.mark.parametrize(
    "text",
    [
        "Differential: Gorham disease. Lives in a remote village.",
        "No evidence of sclerosteosis. Lives in a remote village.",
        "Sclerosteosis is an autosomal recessive disorder. Lives in a remote village.",
        "1. Beighton P. Sclerosteosis. J Med Genet 1988;25:200-3. Lives in a remote village.",
    ],
)
def test_a_disease_that_is_only_discussed_is_not_the_patients(text: str) -> None:
    assert unique(text) == []


@pytest.mark.parametrize(
    ("text", "ultra"),
    [
        ("abetalipoproteinaemia", True),
        ("Abetalipoproteinemia", True),
        ("GORHAM'S DISEASE", True),
        ("Erdheim-Chester\ndisease", True),
        ("fibrodysplasia ossificans progressiva", False),
    ],
)
def test_diseases_are_found_in_either_spelling(text: str, ultra: bool) -> None:
    (disease,) = rare_diseases(f"He has {text}, proven.")
    assert (disease.start, disease.end, disease.ultra) == (7, 7 + len(text), ultra)


def test_half_of_a_double_name_is_another_disease() -> None:
    assert list(rare_diseases("Gorlin-Goltz syndrome, Goltz syndrome-like")) == []
    assert len(list(rare_diseases("Goltz syndrome"))) == 1


def test_no_name_reaches_across_a_full_stop() -> None:
    assert list(rare_diseases("Known to Dr Gorham. Disease progressed. Erdheim; Chester disease")) == []


@pytest.mark.parametrize("profile", PROFILES)
def test_uniqueness_leads_to_review_and_never_blocks(profile: str) -> None:
    rules = policy(profile)
    highest = max(TOGETHER, *(phrase.alone for phrase in PHRASES))
    blocks = [at for at in (rules.threshold(category).block_at for category in Category) if at is not None]
    assert highest < min(blocks)

    def action(score: float) -> Action:
        return rules.action(Finding(Category.UNIQUENESS, Span("file-1", 0, 1), score, "notes"))

    assert [action(score) for score in (0.2, TOGETHER, highest, 1.0)] == [Action.ALLOW] + [Action.REVIEW] * 3


def test_every_sign_has_a_weight_or_a_score_of_its_own() -> None:
    weighed = set(WEIGHTS) | {sign for weights in WEIGHTS.values() for sign in weights}
    assert {phrase.sign for phrase in PHRASES if not phrase.alone} <= weighed
    assert set(Sign) == weighed | {phrase.sign for phrase in PHRASES}


def test_hits_do_not_overlap_each_other() -> None:
    text = "To our knowledge this is the first reported case in the world, and was on the national television news."
    hits = sorted(unique(text), key=lambda found: found.start)
    assert len(hits) >= 2
    assert all(one.end <= other.start for one, other in pairwise(hits))


def test_hardly_a_clean_note_of_many_hands_is_reviewed() -> None:
    texts = [entry.text for bank in banks("training") for entry in (*bank.clean_notes, *bank.clean)]
    texts += [clean.text for bank in banks("training") for _, clean in bank.twins]
    assert sum(bool(reasons(text)) for text in texts) <= len(texts) / 500


@pytest.mark.parametrize(
    "text",
    [
        "the village of twins " * 20_000,
        "only the first " * 20_000,
        "one of the " * 30_000,
        "first known a b c " * 20_000,
        "the only patient a-b c'd " * 20_000 + "world",
        "was " * 80_000 + "news",
        "sclerosteosis " * 20_000,
        "familial congenital autosomal " * 10_000,
        "(" * 200_000,
    ],
)
def test_hostile_text_takes_no_longer_than_its_length(text: str) -> None:
    began = time.perf_counter()
    unique(text)
    assert time.perf_counter() - began < 10


def test_the_table_is_made_of_the_two_rarest_classes() -> None:
    terms = {
        "sclerosteosis": [1e-6, 1],
        "barth syndrome": [9e-6, 2],
        "marfan syndrome": [5e-4, 3],
        "arc syndrome": [1e-6, 4],
        "13q32 deletion": [1e-6, 5],
        "a very long name of a syndrome that is a description": [1e-6, 6],
        "cholera": [1e-6, 7],
    }
    made = table({"source": "S", "release": "R", "attribution": "A. Data from B", "terms": terms})
    assert tomllib.loads(made) == {"ultra_rare": "13q32 deletion; sclerosteosis\n", "very_rare": "barth syndrome\n"}
    assert "CC BY 4.0" in made
    assert set(CLASSES) == {"ultra_rare", "very_rare"}
    assert not distinctive("familial cc")
