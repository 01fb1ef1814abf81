"""Operators: lists and maps, with the rules of PHP's arrays."""

from functools import reduce

from transformers.comparing import same
from transformers.errors import TransformError
from transformers.kinds import Operator
from transformers.numbers import describe
from transformers.paths import children, index_of
from transformers.registries import operators


def merge_arrays(arrays: list):
    """One after the other; indices are counted anew, a later named key wins."""
    merged: dict[str, object] = {}
    count = 0
    for array in arrays:
        for key, value in children(array):
            if index_of(key) is not None:
                key, count = str(count), count + 1
            merged[key] = value
    return list(merged.values()) if count == len(merged) else merged


class ArrayOperator(Operator):
    """Reduces lists and maps."""

    def reduce(self, values):
        for value in values:
            if not isinstance(value, list | dict):
                raise TransformError(f"“{self.label}” needs lists or maps, not {describe(value)}.")
        return self.combine(values) if values else []

    def combine(self, arrays: list):
        return reduce(self.step, arrays)

    @staticmethod
    def step(left, right):
        raise NotImplementedError


def kept(array, keep):
    """The items that are kept, in a list again where it was one: its gaps close."""
    items = {key: value for key, value in children(array) if keep(key, value)}
    return list(items.values()) if isinstance(array, list) else items


@operators.register
class ArrayMerge(ArrayOperator):
    prototype, label = "array-merge", "Merge lists or maps"
    help = "Joins lists; in maps a later value wins. [1] and [2] give [1, 2]."

    def combine(self, arrays):
        return merge_arrays(arrays)


@operators.register
class ArrayDiff(ArrayOperator):
    prototype, label = "array-diff", "Difference of values"
    help = "What is in the first and in none of the others."

    @staticmethod
    def step(left, right):
        others = [value for _, value in children(right)]
        return kept(left, lambda key, value: not any(same(value, other) for other in others))


@operators.register
class ArrayDiffKey(ArrayOperator):
    prototype, label = "array-diff-key", "Difference of keys"
    help = "The entries of the first whose keys are in none of the others."

    @staticmethod
    def step(left, right):
        keys = {key for key, _ in children(right)}
        return kept(left, lambda key, value: key not in keys)


@operators.register
class ArrayIntersect(ArrayOperator):
    prototype, label = "array-intersect", "Intersection of values"
    help = "What is in all of them."

    @staticmethod
    def step(left, right):
        others = [value for _, value in children(right)]
        return kept(left, lambda key, value: any(same(value, other) for other in others))


@operators.register
class ArrayIntersectKey(ArrayOperator):
    prototype, label = "array-intersect-key", "Intersection of keys"
    help = "The entries of the first whose keys are in all others."

    @staticmethod
    def step(left, right):
        keys = {key for key, _ in children(right)}
        return kept(left, lambda key, value: key in keys)
