"""Numbers with their words, as results of processes say them."""

ONE = {
    "audit entries": "audit entry",
    "causes": "cause",
    "deliveries": "delivery",
    "occurrences": "occurrence",
    "processes": "process",
    "records": "record",
}


def counted(number: int, name: str) -> str:
    """“1 record”, “1,200 records”, “3 finished”, “2 to be retried”, “1 failed task”."""
    name = "to be retried" if name == "retry" else name
    one = ONE.get(name) or (name[:-1] if name.split()[-1] == "tasks" else name)
    return f"{number:,} {one if number == 1 else name}"
