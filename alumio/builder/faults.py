"""What is wrong with a draft, and where."""

from dataclasses import asdict, dataclass

from alumio.builder.document import LISTS, Document
from alumio.located import Located


@dataclass(frozen=True)
class Fault:
    """`part` is the key of the configuration, `path` leads to the setting in its content.

    `follows` marks those that vanish by themselves once another part is complete."""

    part: str
    reason: str
    path: tuple = ()
    words: tuple = ()
    follows: bool = False

    @property
    def at(self) -> str:
        """The node that it belongs to: a part, or one of its steps."""
        if len(self.path) > 1 and self.path[0] in LISTS:
            return f"{self.part}/{self.path[0]}/{self.path[1]}"
        return self.part

    @property
    def text(self) -> str:
        words = self.words[2:] if "/" in self.at else self.words
        return f"{' › '.join(words)}: {self.reason}" if words else self.reason

    def as_json(self) -> dict:
        return asdict(self)

    @classmethod
    def of_json(cls, kept: dict) -> "Fault":
        lists = {name: tuple(kept[name]) for name in ("path", "words")}
        return cls(**{**kept, **lists})


def faults_of(document: Document, broken: dict[str, list[Located]]) -> list[Fault]:
    """The errors of the parts that cannot be stored. Where one only says that another part is not
    there, it follows from that part's own errors."""
    names = {key.partition(":")[2]: document.of_key(key).name for key in broken}
    found = []
    for key, errors in broken.items():
        for error in errors:
            missing = next((name for name in names if f"“{name}”" in error.reason), None)
            reason = f"“{names[missing]}” is not complete yet." if missing else error.reason
            follows = missing is not None
            found.append(Fault(key, reason, tuple(error.path), tuple(error.words), follows))
    return sorted(found, key=lambda fault: fault.follows)
