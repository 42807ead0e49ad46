"""Shapes: what is left of a JSON value when its contents are taken away."""

from __future__ import annotations

from dataclasses import dataclass, field

NAMES = {
    bool: "boolean",
    int: "number",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
    type(None): "null",
}
WITH_ARTICLE = {"array": "an array", "object": "an object", "null": "null"}


@dataclass(slots=True)
class Shape:
    """One or several values laid over each other.

    Attributes:
        types: The JSON types that were seen.
        seen: How many values.
        objects: How many of them are objects.
        keys: The shapes of the objects' values, by key.
        items: The shape of all elements of all arrays; ``None`` if there were none.
        kinds: Of elements of arrays: the shapes of those that name their ``type``, by it.
    """

    types: set[str] = field(default_factory=set)
    seen: int = 0
    objects: int = 0
    keys: dict[str, Shape] = field(default_factory=dict)
    items: Shape | None = None
    kinds: dict[str, Shape] = field(default_factory=dict)

    def add(self, value: object) -> None:
        """Lays one more value over the others."""
        self.seen += 1
        self.types.add(NAMES[type(value)])
        if isinstance(value, dict):
            self.objects += 1
            for key, item in value.items():
                self.keys.setdefault(key, Shape()).add(item)
        elif isinstance(value, list) and value:
            self.items = self.items or Shape()
            for item in value:
                self.items.add(item)
                if isinstance(item, dict) and isinstance(kind := item.get("type"), str):
                    self.items.kinds.setdefault(kind, Shape()).add(item)

    @property
    def required(self) -> list[str]:
        """The keys that every object has, in their order."""
        return [key for key, shape in self.keys.items() if shape.seen >= self.objects]

    def lacking(self, key: str) -> int:
        """How many of the objects do not have a key."""
        return self.objects - (self.keys[key].seen if key in self.keys else 0)

    @property
    def solid(self) -> set[str]:
        """The types without null."""
        return self.types - {"null"}

    def __str__(self) -> str:
        return " or ".join(WITH_ARTICLE.get(name, f"a {name}") for name in sorted(self.types))


def shape_of(value: object) -> Shape:
    """The shape of one JSON value."""
    shape = Shape()
    shape.add(value)
    return shape
