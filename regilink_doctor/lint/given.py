"""The arguments of a call, by name, and what they say."""

from __future__ import annotations

from regilink_doctor.core.records import record
from regilink_doctor.core.sites import Hole, Text
from regilink_doctor.lint import syntax as ast
from regilink_doctor.lint.values import At, Instance, Literal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from regilink_doctor.lint.evaluator import Evaluator
    from regilink_doctor.lint.scopes import Use


@record
class Given:
    """The arguments of a call by name; `unpacked` stands for a mapping that may hold any of them."""

    named: dict[str, ast.expr]
    unpacked: bool

    @property
    def names(self) -> frozenset[str]:
        """Their names, `**` for an unpacked mapping."""
        return frozenset(self.named) | ({"**"} if self.unpacked else frozenset())


def arguments(call: ast.Call, parameters: tuple[str, ...]) -> Given:
    """The arguments of a call, those by position named after `parameters`."""
    named: dict[str, ast.expr] = {}
    unpacked = False
    for index, argument in enumerate(call.args):
        if isinstance(argument, ast.Starred):
            unpacked = True
            break
        if index < len(parameters):
            named[parameters[index]] = argument
        else:
            unpacked = unpacked or not parameters  # by position, in an order that has changed
    for keyword in call.keywords:
        if keyword.arg is None:
            unpacked = True
        else:
            named[keyword.arg] = keyword.value
    return Given(named, unpacked)


class Reading:
    """Reads what one call is given."""

    def __init__(self, evaluator: Evaluator, uses: Mapping[int, Use], use: Use, parameters: tuple[str, ...]) -> None:
        self.evaluator = evaluator
        self.uses = uses
        self.given = arguments(use.call, parameters)
        self.at = use.at
        self.inner: dict[str, tuple[ast.expr, At]] = {}
        """What is given inside an argument: see `unfold`."""

    def texts(self, name: str) -> tuple[Text, ...]:
        """The texts of an argument, given itself or inside the one that was unfolded."""
        if (node := self.given.named.get(name)) is not None:
            return self.evaluator.texts(node, self.at)
        node, at = self.inner.get(name, (None, self.at))
        return self.evaluator.texts(node, at) if node is not None else ()

    def unfold(self, name: str) -> None:
        """Read what is given inside `settings=wandb.Settings(...)`, or a dictionary of the same, as if given itself."""
        for value in self._values(name):
            if isinstance(value, Instance) and value.type == "wandb.Settings" and value.made_by is not None:
                made = self.uses.get(id(value.made_by))
                at = made.at if made is not None else self.at
                self.inner |= {key.arg: (key.value, at) for key in value.made_by.keywords if key.arg}
            elif isinstance(value, Literal):
                for key, item in value.pairs:
                    written = key.value if isinstance(key, ast.Constant) else key
                    if isinstance(written, str):
                        self.inner[written] = (item, value.at)

    def is_text(self, name: str) -> bool:
        """Whether an argument is a text in every alternative."""
        values = self._values(name)
        return bool(values) and all(
            isinstance(value, Text) and any(not isinstance(part, Hole) for part in value.parts) for value in values
        )

    def items(self, name: str) -> tuple[Text, ...]:
        """The texts of a list."""
        found: list[Text] = []
        for value in self._values(name):
            if isinstance(value, Text):
                found.append(value)  # one string where a list belongs
            elif isinstance(value, Literal) and not value.mapping:
                for item in value.items:
                    found += self.evaluator.texts(item, value.at)
        return tuple(found)

    def flat(self, name: str) -> dict[str, tuple[Text, ...]]:
        """A dictionary of dictionaries as a flat mapping: `filter.name.$regex`."""
        node = self.given.named.get(name)
        return self._flat(node, self.at, name) if node is not None else {}

    def _flat(self, node: ast.expr, at: At, key: str) -> dict[str, tuple[Text, ...]]:
        found: dict[str, tuple[Text, ...]] = {}
        for value in self.evaluator.value(node, at):
            for name, item in value.pairs if isinstance(value, Literal) else ():
                written = name.value if isinstance(name, ast.Constant) else name
                if isinstance(written, str) and isinstance(value, Literal):
                    found[f"{key}.{written}"] = self.evaluator.texts(item, value.at)
                    found |= self._flat(item, value.at, f"{key}.{written}")
        return found

    def _values(self, name: str) -> tuple[object, ...]:
        node = self.given.named.get(name)
        return self.evaluator.value(node, self.at) if node is not None else ()
