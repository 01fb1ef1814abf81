"""Steps and filters in the words of one line: `if status is one of paid then Set values`."""

from alumio.components import Registry
from alumio.summary import label_of_type, summary_of, title_of
from transformers.registries import accessors, conditions, data_transformers, filters


def steps(specs: list, registry: Registry) -> str:
    """What steps are called, in order: `Set values ×2 · Map values`. Those that are switched off
    are left out."""
    titles: list[list] = []
    for title in (title for spec in specs for title in titles_of(spec, registry)):
        if titles and titles[-1][0] == title:
            titles[-1][1] += 1
        else:
            titles.append([title, 1])
    return " · ".join(title if times == 1 else f"{title} ×{times}" for title, times in titles)


def titles_of(spec, registry: Registry) -> list[str]:
    """That of a step; for a plain step “Data” those of the steps in it."""
    if is_off(spec):
        return []
    if is_step(spec) and spec.get("prototype") == "data" and not spec.get("meta"):
        inside = spec.get("parameters") or {}
        if inside.get("transformers") and not inside.get("filters"):
            return [
                t for each in inside["transformers"] for t in titles_of(each, data_transformers)
            ]
    return list(filter(None, [title_of(spec, registry)]))


def asked(specs: list, joint: str = " and ") -> str:
    """What filters ask for: `status is paid and customer.email exists`."""
    return joint.join(filter(None, (asks(spec) for spec in specs if not is_off(spec))))


def asks(spec) -> str:
    """What one filter asks for, or the name that a person gave it."""
    if not is_step(spec):
        return ""
    name = (spec.get("meta") or {}).get("name")
    return name or summary_of(spec, filters) or title_of(spec, filters)


def values(accessor, tested: list) -> str:
    """What is asked of values: `status is one of paid and is not empty`."""
    words = [in_sentence(spec) for spec in filter(is_step, tested or [])]
    where = summary_of(accessor, accessors) if is_step(accessor) else ""
    return f"{where or 'the record'} {' and '.join(filter(None, words))}".strip()


def in_sentence(condition: dict) -> str:
    label = label_of_type(condition.get("prototype") or "", conditions)
    return f"{label[:1].lower()}{label[1:]} {summary_of(condition, conditions)}".strip()


def filtered(tests: list | None, done: list | None) -> str:
    """The filters, then what becomes of those that pass: `only if sku exists · Set values`."""
    words = asked(tests or [])
    return " · ".join(
        filter(None, (words and f"only if {words}", steps(done or [], data_transformers)))
    )


def nodes(parameters: dict) -> str:
    """Which parts of the data, and what becomes of each."""
    accessor = parameters.get("accessor")
    where = summary_of(accessor, accessors) if is_step(accessor) else ""
    told = filtered(parameters.get("nodeFilters"), parameters.get("nodeTransformers"))
    return ": ".join(filter(None, (where, told)))


def branches(parameters: dict, registry: Registry) -> str:
    """If, else if, else."""
    told = branch("if", asked(parameters.get("filters") or []), parameters, registry)
    for case in filter(is_step, parameters.get("elseCases") or []):
        chosen = {"transformers": [case["transformer"]] if case.get("transformer") else []}
        told += f", {branch('else if', asks(case.get('filter')), chosen, registry)}"
    others = steps(parameters.get("elseTransformers") or [], registry)
    return f"{told}, else {others}" if others else told


def branch(word: str, test: str, parameters: dict, registry: Registry) -> str:
    done = steps(parameters.get("transformers") or [], registry) or "nothing"
    return f"{word} {test} then {done}" if test else f"always {done}"


def is_step(value) -> bool:
    """What is typed and not finished may be anything."""
    return isinstance(value, dict)


def is_off(spec) -> bool:
    return is_step(spec) and bool((spec.get("meta") or {}).get("disabled"))
