"""A Serbian word is one token in Cyrillic, in Latin, without diacritics, in both pronunciations and in every case."""

import pytest

from wirewatch.analysis.chain import exacts, stems
from wirewatch.analysis.highlight import highlight
from wirewatch.analysis.query import parse
from wirewatch.analysis.tables import ENDINGS, FIXED_STEMS, ONLY_AFTER

SPELLINGS = """
Џонг|Џoнг|Džong|Dzong|DŽONG|ǅong
шестнаест|šestnaest|sestnaest|ŠESTNAEST
чаршија|čaršija|carsija
ћевап|ćevap|cevap
же́на|жена|žena|zena
џеп|џéп|džep|dzep|DŽEP|ǆep
људи|ljudi|LJUDI|Ljudi|ǉudi
Његош|Njegoš|Njegos|NJEGOŠ|ǋegoš
ђак|đak|djak|ĐAK|DJAK
Ђоковић|Đoković|Djokovic|ĐOKOVIĆ
грађанин|građanin|gradjanin
Ђинђић|Đinđić|Djindjic|Dindic
рођење|rođenje|rodjenje|rodenje
међу|među|medju
наџупанија|nadžupanija|nadzupanija
шишањем|šišanjem|sisanjem|ŠIŠANJEM
Шешељ|Šešelj|Seselj|ŠEŠELJ|Šešeǉ
чишћење|čišćenje|ciscenje
жућкаст|žućkast|zuckast
Љубљана|Ljubljana|LJUBLJANA|ǈubǉana
Њујорк|Njujork|NJUJORK|ǋujork
Џефри|Džefri|DŽEFRI|Dzefri|ǅefri
Ђурђевдан|Đurđevdan|Djurdjevdan
Хашки|Haški|Haski
"""
TWO_LETTERS = """
надживети|nadživeti|nadziveti
поджупан|podžupan|podzupan
коњукција|конјукција|konjukcija
конјункција|коњункција|konjunkcija
инјекција|injekcija|инјекције|injekciju
Танјуг|Tanjug|Танјуга|Tanjugu
ванјезички|vanjezički|vanjezicki
подјармити|podjarmiti
адјутант|adjutant
одједном|odjednom
изјава|izjava
"""
PRONUNCIATIONS = """
предсједник|predsjednik|председник|predsednik|predsjednika|председнику
вријеме|vrijeme|време|vreme
Сјеверна Кореја|Sjeverna Koreja|Северна Кореја|Severna Koreja|Severne Koreje
свијет|svijet|свет|svet
рјешење|rješenje|решење|rešenje|resenje
човјек|čovjek|човек|čovek|covek
Бјелорусија|Bjelorusija|Белорусија|Belorusija
"""
CASES = """
Русија|Русије|Русији|Русију|Русијом|Rusija|Rusijom
Косово|Косова|Косову|Косовом|Kosova
Ђинпинг|Ђинпинга|Ђинпингу|Đinping|Djinpinga
космодром|космодрома|космодрому|космодромом|космодроме|kosmodrom|kosmodroma|kosmodromi
сателит|сателита|сателиту|сателитом|сателити|сателитима|satelite
самит|самита|самиту|самитом|samitu
званичник|званичници|званичника|званичницима|zvaničnici|zvanicnici
састанак|састанка|састанку|састанком
нови|нова|најновији|најновија|najnoviji
средство|средства|средстава|sredstava
Вучић|Вучића|Вучићу|Вучићем|Vucicem
Пјонгјанг|Пјонгјанга|Пјонгјангу|Pjongjang|Pjongjangom
Уна|Уну|Уном|Una|Unom
"""


FOUND = """
Kim Dzong Un|Ким Џонг Ун је стигао.|<em>Ким</em> <em>Џонг</em> <em>Ун</em> је стигао.
Ким Џонг Ун|Kim Džong Un je stigao.|<em>Kim</em> <em>Džong</em> <em>Un</em> je stigao.
Kim Dzong Un|Кимa и Kим, Џoнг, Уну.|<em>Кимa</em> и <em>Kим</em>, <em>Џoнг</em>, <em>Уну</em>.
sestnaest|Чекало је шестнаест возова.|Чекало је <em>шестнаест</em> возова.
Djokovic|Ђоковићем|<em>Ђоковићем</em>
"severne koreje"|Гости из Северне Kореје.|Гости из <em>Северне</em> <em>Kореје</em>.
="Severne Koreje"|Гост Северној Кореји; из Северне Кореје|Гост Северној Кореји; из <em>Северне</em> <em>Кореје</em>
kosmodrom*|на космодромима|на <em>космодромима</em>
Njegos|Ко је био ЊЕГОШ?|Ко је био <em>ЊЕГОШ</em>?
зечеви|O zečevima.|O <em>zečevima</em>.
"""


def rows(*tables: str) -> list[list[str]]:
    return [line.split("|") for table in tables for line in table.split("\n") if line]


@pytest.mark.parametrize("row", rows(SPELLINGS, TWO_LETTERS, PRONUNCIATIONS, CASES), ids=lambda row: row[0])
def test_a_word_is_the_same_however_it_is_written(row: list[str]) -> None:
    assert {word: stems(word) for word in row} == {word: stems(row[0]) for word in row}


@pytest.mark.parametrize("row", rows(SPELLINGS, TWO_LETTERS), ids=lambda row: row[0])
def test_a_spelling_is_of_no_matter_to_the_exact_form(row: list[str]) -> None:
    assert exacts(row[0]) == exacts(row[1])


@pytest.mark.parametrize("row", rows(FOUND), ids=lambda row: row[0])
def test_what_is_typed_without_marks_or_in_the_other_script_is_found_as_it_stands(row: list[str]) -> None:
    query, text, marked = row

    assert highlight(text, parse(query)) == marked


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("самит", "сам"),
        ("Кијев", "кева"),
        ("сателит", "сатира"),
        ("путин", "пут"),
        ("Донбас", "донка"),
        ("виза", "вирус"),
        ("спутник", "пут"),
        ("вијеће", "веће"),
        ("Русија", "руса"),
        ("Косово", "косо"),
        ("Србија", "срба"),
        ("планирају", "план"),
    ],
)
def test_words_that_are_near_stay_apart(one: str, other: str) -> None:
    assert stems(one) != stems(other)


@pytest.mark.parametrize("stem", FIXED_STEMS)
def test_a_fixed_stem_is_what_all_its_forms_share(stem: str) -> None:
    endings = ("a", "e", "u", "om") if stem.endswith(("e", "i")) else ("a", "u", "om", "e", "i", "ima", "ov", "ami")
    forms = [stem, *(stem + ending for ending in endings)]

    assert {form: stems(form) for form in forms} == {form: stems(stem) for form in forms}


def test_fixed_stems_and_conditions_are_of_use() -> None:
    assert all(
        any(stem.endswith(ending) for ending in ENDINGS) or stem.endswith(("e", "i")) or stem == "kosov" for stem in FIXED_STEMS
    )
    assert set(ONLY_AFTER) <= set(ENDINGS)
