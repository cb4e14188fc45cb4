"""Texts of our own, for tests of what copies share: one after the other they have nothing in common."""

import random

PARAGRAPHS = (
    "Лидер Северне Кореје стигао је оклопним возом на Далеки исток Русије, где га је дочекао губернатор са хлебом и сољу.",
    "Разговори на космодрому трајали су пет сати, а делегације су потом обишле лансирну рампу и халу у којој се склапају ракете.",
    "„Стара пријатељства вреде више од нових обећања“, рекао је домаћин на вечери са осамдесет званица из обе земље.",
    "Портпарол Кремља није желео да одговори на питање да ли је било речи о испорукама муниције и о радницима на градилиштима.",
    "Сеул и Токио саопштили су да пажљиво прате посету и да би сваки споразум о оружју кршио резолуције Савета безбедности.",
    "Посматрачи у Владивостоку подсећају да је претходни састанак завршен без заједничке изјаве и са новом пругом.",
)
OTHER = (
    "The harbour board voted on Tuesday to dredge the northern channel before winter, as two grain ships ran aground.",
    "Fishermen fear for the herring grounds and have asked a court in the capital to stop the work until a survey has been made.",
    "“Nobody has asked those who were here first,” said the head of their cooperative on the pier.",
    "The board says that the mud will be carried forty miles out to sea and that the harbour will stay open all the while.",
)
LATIN = str.maketrans(
    dict(
        zip(
            "абвгдђежзијклљмнњопрстћуфхцчџшАБВГДЂЕЖЗИЈКЛЉМНЊОПРСТЋУФХЦЧЏШ",
            [
                *"a b v g d đ e ž z i j k l lj m n nj o p r s t ć u f h c č dž š".split(),
                *"A B V G D Đ E Ž Z I J K L Lj M N Nj O P R S T Ć U F H C Č Dž Š".split(),
            ],
            strict=True,
        )
    )
)


def invented(seed: int, lines: int = 6) -> list[str]:
    """The paragraphs of a text that has nothing in common with that of another seed."""
    dice = random.Random(seed)
    words = [["".join(dice.choices("абвгдежзиклмнопрстћуфхцчш", k=dice.randint(2, 9))) for _ in range(16)] for _ in range(lines)]
    return [" ".join(each).capitalize() + "." for each in words]


def news(first: int = 0, last: int = len(PARAGRAPHS)) -> list[str]:
    """The paragraphs of a text, or some of them."""
    return list(PARAGRAPHS[first:last])
