"""Which field that arrives has the name of a field of the target."""

from collections import Counter

from alumio.builder.mapping import EACH, Place
from alumio.builder.pairs import Pair, levels, target_of, text_of, understand
from transformers.outline import Field
from transformers.paths import PathError

SAME_LIST = 1000
"""How much more a list of the same name counts than one with a field of the same name."""


def wanted(fields: list[Field]) -> list[Field]:
    """The fields of a target that one maps: those that no other field stands in."""
    named = [each for each in fields if each.place[-1] is not EACH or _inner(each, fields)]
    return [each for each in named if not _inner(each, named)]


def _inner(field: Field, fields: list[Field]) -> bool:
    depth = len(field.place)
    return any(len(each.place) > depth and each.place[:depth] == field.place for each in fields)


def match(pairs: list[Pair], fields: list[Field]) -> int:
    """Give each open pair the field of its name. Returns how many found one."""
    lists = dict(understand(pairs).lists)
    found = {}
    for number, pair in enumerate(pairs):
        if pair.is_open and (target := _place(pair)) is not None:
            found[number] = target, _candidates(target, pair.type, fields)
    _pair_lists(list(found.values()), lists)
    filled = 0
    for number, (target, candidates) in found.items():
        if fitting := [place for place in candidates if _fits(target, place, lists)]:
            pairs[number].text = text_of(max(fitting, key=lambda place: _likeness(target, place)))
            filled += 1
    return filled


def _place(pair: Pair) -> Place | None:
    try:
        return target_of(pair.target)
    except PathError:
        return None


def _candidates(target: Place, kind: str, fields: list[Field]) -> list[Place]:
    """The places of the fields of this name that are as deep in lists."""
    named = [each for each in fields if each.place[-1] is not EACH and _is_named(target, each)]
    deep = [each for each in named if len(levels(each.place)) == len(levels(target))]
    whole = kind in ("map", "list")
    return [each.place for each in deep if whole or not _inner(each, fields)]


def _is_named(target: Place, field: Field) -> bool:
    ours, theirs = names(target), names(field.place)
    return ours[-1] == theirs[-1] or "".join(ours) == "".join(theirs)


def names(place: Place) -> list[str]:
    """The keys of a place so that `customer-email`, `customer_email` and `CustomerEmail` agree."""
    return [plain(key) for key in place if key is not EACH]


def plain(key: str) -> str:
    return "".join(sign for sign in str(key).casefold() if sign.isalnum()) or str(key)


def _pair_lists(found: list[tuple[Place, list[Place]]], lists: dict[Place, Place]) -> None:
    """Choose the list that each list of the target comes from: by its name, else by its fields."""
    deepest = max((len(levels(target)) for target, _ in found), default=0)
    for depth in range(deepest):
        votes: dict[Place, Counter] = {}
        for target, candidates in found:
            for ours, theirs in _level(target, candidates, depth, lists):
                votes.setdefault(ours, Counter())[theirs] += 1
        for ours, counted in votes.items():
            lists[ours] = max(counted, key=lambda place: counted[place] + _bonus(ours, place))


def _level(target: Place, candidates: list[Place], depth: int, lists: dict) -> set:
    """The lists that could be a pair at this depth, as the candidates have it."""
    ours = levels(target)[depth : depth + 1]
    if not ours or ours[0] in lists:
        return set()
    fitting = [place for place in candidates if _fits(target, place, lists)]
    return {(ours[0], levels(place)[depth]) for place in fitting}


def _bonus(ours: Place, theirs: Place) -> int:
    return SAME_LIST if names(ours)[-1:] == names(theirs)[-1:] else 0


def _fits(target: Place, source: Place, lists: dict[Place, Place]) -> bool:
    both = zip(levels(target), levels(source), strict=True)
    return all(lists.get(ours, theirs) == theirs for ours, theirs in both)


def _likeness(target: Place, source: Place) -> tuple[int, int]:
    """How many names agree from the last one backwards; of equals the shortest is meant."""
    ours, theirs = names(target)[::-1], names(source)[::-1]
    whole = "".join(ours) == "".join(theirs)
    same = [one == other for one, other in zip(ours, theirs, strict=False)]
    agreeing = same.index(False) if False in same else len(same)
    return (len(ours) if whole else agreeing), -len(source)
