"""What is not verified about W&B's servers, as scenarios that any server can be put through.

A scenario prepares what it needs (a refusal there means that it cannot run), then observes one thing. Its claim is
what the emulator does; where a function is a scenario, its name and docstring are those of the scenario.
"""

from __future__ import annotations

from collections.abc import Callable

from regilink_doctor.core.naming import NAME_MAX
from regilink_doctor.core.records import record
from regilink_doctor.workflows.conformance.scratch import Facts, Scratch

Observe = Callable[[Scratch], Facts]


@record
class Scenario:
    """One claim about W&B's servers.

    `failures` are the entries of the failure index that it belongs to. `message` is the key of the W&B message that the
    answer shows, if only the wording is unpublished.
    """

    name: str
    claim: str
    observe: Observe
    failures: tuple[str, ...]
    message: str | None = None
    needs_registry_of_its_own: bool = False
    needs_second_account: bool = False


SCENARIOS: list[Scenario] = []
"""All of them, in the order in which they run: the last one deletes the registry."""

NOT_PROVOKED = {
    "alias-protected": "only an admin can protect an alias, in the W&B App, and W&B has no API for it",
    "legacy-registry-paused": "it shows only while W&B migrates a team's legacy registry",
    "storage-quota": "it shows only in an account that is out of storage",
}
"""W&B messages whose wording is undocumented, and that no scenario can ask for -> why."""


def scenario(
    *failures: str, message: str | None = None, own_registry: bool = False, second_account: bool = False
) -> Callable[[Observe], Observe]:
    """Add a function to `SCENARIOS`."""

    def register(observe: Observe) -> Observe:
        name, claim = observe.__name__.replace("_", "-"), (observe.__doc__ or "").strip()
        SCENARIOS.append(Scenario(name, claim, observe, failures, message, own_registry, second_account))
        return observe

    return register


def link_scenario(
    failure: str, name: str, claim: str, collection: str = "{}", *, alias: str | None = None, message: str | None = None
) -> None:
    """Add a scenario that links once: `{}` in the collection's name, which is sent as it is, is a name of its own."""

    def observe(scratch: Scratch) -> Facts:
        return _try_link(scratch, collection.format(scratch.scratch_name(name)), alias)

    SCENARIOS.append(Scenario(name, claim, observe, (failure,), message))


def _try_link(scratch: Scratch, collection: str, alias: str | None = None) -> Facts:
    version, aliases = scratch.find_version(), () if alias is None else (alias,)
    fields = {collection: "collection", **dict.fromkeys(aliases, "alias")}
    return scratch.try_operation(lambda: scratch.link(version, collection, aliases=aliases), fields)


# Types.


@scenario("B4", message="type-not-allowed", own_registry=True)
def type_not_listed(scratch: Scratch) -> Facts:
    """A type that the registry does not list is refused."""
    listed, other = scratch.names.types
    version = scratch.log("unlisted", scratch.names.unlisted_type)
    name = scratch.scratch_name("unlisted")
    fields = {scratch.names.unlisted_type: "type", f"{listed}, {other}": "allowed"}
    return scratch.try_operation(lambda: scratch.link(version, name), fields)


@scenario("B5", message="collection-type-conflict", own_registry=True)
def collection_of_another_type(scratch: Scratch) -> Facts:
    """A version whose type is not that of the collection is refused."""
    first_type, second_type = scratch.names.types
    name = scratch.scratch_name("typed")
    scratch.link(scratch.log("typed", first_type), name)
    other = scratch.log("other-type", second_type)
    fields = {name: "collection", first_type: "existing", second_type: "type"}
    return scratch.try_operation(lambda: scratch.link(other, name), fields)


@scenario("B5", message="sequence-of-other-type")
def artifact_of_another_type(scratch: Scratch) -> Facts:
    """A name that has versions of one type gets none of another."""
    first_type, second_type = scratch.names.types
    scratch.log("two-types", first_type)
    fields = {f"two-types-{scratch.names.token}": "artifact", first_type: "existing", second_type: "type"}
    return scratch.try_operation(lambda: scratch.log("two-types", second_type), fields)


# Names in target paths.


link_scenario(
    "A8",
    "version-in-target",
    "A collection's name with a version is refused: `zoo:v0`.",
    "{}:v0",
    message="version-in-target",
)
link_scenario(
    "A9", "alias-in-target", "A collection's name with an alias is refused: `zoo:production`.", "{}:production"
)
link_scenario(
    "A5", "empty-collection", "A link without a collection's name is refused.", "", message="empty-collection-name"
)
link_scenario("A10", "collection-with-slash", "A collection's name with a slash is accepted by a link.", "a/{}")
link_scenario(
    "A10",
    "long-collection",
    "A collection's name of more than 128 characters is accepted by a link.",
    "a" * NAME_MAX + "{}",
)


@scenario("A10", message="invalid-collection-name")
def renamed_with_slash(scratch: Scratch) -> Facts:
    """A collection is not renamed to a name with a slash."""
    name = scratch.scratch_name("renamed")
    scratch.link(scratch.find_version(), name)
    new = f"a/{name}"
    return scratch.try_operation(lambda: scratch.rename_collection(name, new), {new: "collection"})


@scenario("A3", message="unknown-entity")
def unknown_entity(scratch: Scratch) -> Facts:
    """A link into an entity that does not exist is refused."""
    version, entity = scratch.find_version(), scratch.scratch_name("nobody")
    name = scratch.scratch_name("nowhere")
    link = lambda: scratch.link(version, name, entity=entity)  # noqa: E731
    return scratch.try_operation(link, {entity: "entity", name: "collection"})


@scenario("B3")
def unknown_registry(scratch: Scratch) -> Facts:
    """A link into a registry that does not exist is refused."""
    version, registry = scratch.find_version(), f"wandb-registry-{scratch.scratch_name('missing')}"
    name = scratch.scratch_name("nowhere")
    link = lambda: scratch.link(version, name, project=registry)  # noqa: E731
    return scratch.try_operation(link, {registry: "project", name: "collection"})


@scenario("A10")
def registry_in_another_case(scratch: Scratch) -> Facts:
    """A link finds a registry whose name is written in another case."""
    version, name = scratch.find_version(), scratch.scratch_name("case")
    project = scratch.names.registry_project
    swapped = project[: -len(scratch.names.registry)] + scratch.names.registry.swapcase()
    return scratch.try_operation(lambda: scratch.link(version, name, project=swapped), {swapped: "registry project"})


@scenario("A10")
def fetch_from_registry_in_another_case(scratch: Scratch) -> Facts:
    """A version is found in a registry whose name is written in another case."""
    name = scratch.scratch_name("fetch-case")
    scratch.link(scratch.find_version(), name)
    project = scratch.names.registry_project
    swapped = project[: -len(scratch.names.registry)] + scratch.names.registry.swapcase()
    return scratch.describe_version(name, project=swapped)


@scenario("A10")
def collection_in_another_case(scratch: Scratch) -> Facts:
    """`zoo` and `Zoo` are two collections."""
    name = scratch.scratch_name("letters")
    scratch.link(scratch.find_version(), name)
    return _try_link(scratch, name.swapcase())


# Aliases.


link_scenario(
    "B11", "alias-with-slash", "An alias with a slash is refused.", alias="regilink/alias", message="alias-refused"
)
link_scenario("B11", "alias-with-colon", "An alias with a colon is refused.", alias="regilink:alias")
link_scenario("B11", "empty-alias", "An empty alias is refused.", alias="")
link_scenario("B11", "alias-of-a-space", "An alias that is a single space is accepted.", alias=" ")
link_scenario("B11", "alias-like-a-version", "An alias that looks like a version is accepted: `v7`.", alias="v7")
link_scenario(
    "B11",
    "long-alias",
    "An alias of more than 128 characters is refused.",
    alias="a" * (NAME_MAX + 1),
    message="alias-too-long",
)


@scenario("B11")
def alias_moves(scratch: Scratch) -> Facts:
    """An alias leaves the version that had it, without any error."""
    name = scratch.scratch_name("moving")
    scratch.link(scratch.find_version(), name, aliases=("candidate",))
    scratch.link(scratch.log("source"), name, aliases=("candidate",))
    return {**scratch.describe_version(name, "candidate"), "before": scratch.describe_version(name, "v0")}


# Linking again, unlinking, deleting.


@scenario("B12")
def linked_again(scratch: Scratch) -> Facts:
    """A version that is linked again keeps its number, and `latest` moves to it."""
    name, first = scratch.scratch_name("again"), scratch.log("source")
    scratch.link(first, name)
    scratch.link(scratch.find_version(), name)
    again = scratch.try_operation(lambda: scratch.link(first, name))
    return {**again, "latest": scratch.describe_version(name)}


@scenario("B12")
def linked_again_with_an_alias(scratch: Scratch) -> Facts:
    """Linking a version again adds the new alias to it."""
    name, version = scratch.scratch_name("again-alias"), scratch.find_version()
    scratch.link(version, name, aliases=("first",))
    again = scratch.try_operation(lambda: scratch.link(version, name, aliases=("second",)))
    return {**again, "latest": scratch.describe_version(name)}


@scenario("B12")
def linked_after_unlinking(scratch: Scratch) -> Facts:
    """The number of a version that was unlinked is not used again."""
    name, version = scratch.scratch_name("back"), scratch.log("source")
    scratch.link(version, name)
    scratch.link(scratch.find_version(), name)
    scratch.unlink(version, name)
    return scratch.try_operation(lambda: scratch.link(version, name))


@scenario("B12")
def latest_after_unlinking(scratch: Scratch) -> Facts:
    """When the latest version is unlinked, `latest` moves to the newest one left."""
    name, newest = scratch.scratch_name("latest"), scratch.log("source")
    scratch.link(scratch.find_version(), name)
    scratch.link(newest, name)
    scratch.unlink(newest, name)
    return scratch.describe_version(name)


@scenario("B16")
def deleted_source(scratch: Scratch) -> Facts:
    """When a logged version is deleted, its links are deleted too."""
    name, version = scratch.scratch_name("orphan"), scratch.log("deleted")
    scratch.link(version, name)
    scratch.delete_version(version)
    return scratch.describe_version(name)


@scenario("B16")
def deletion_of_an_aliased_version(scratch: Scratch) -> Facts:
    """A version with aliases is deleted only together with them."""
    version = scratch.log("kept")
    return scratch.try_operation(lambda: scratch.delete_version(version, with_aliases=False))


@scenario("B16")
def source_of_a_deleted_collection(scratch: Scratch) -> Facts:
    """A logged version stays when a collection is deleted that it is linked to."""
    name, version = scratch.scratch_name("collection"), scratch.log("source")
    scratch.link(version, name)
    scratch.delete_collection(name)
    return scratch.describe_source(version)


# Roles. The second account needs no role in the registry before.


def _link_as(name: str, role: str, claim: str) -> None:
    def observe(scratch: Scratch) -> Facts:
        version, collection = scratch.find_version(), scratch.scratch_name(role)
        scratch.set_second_role(role)
        link = lambda: scratch.link(version, collection, as_second=True)  # noqa: E731
        return scratch.try_operation(link, {collection: "collection"})

    scenario = Scenario(name, claim, observe, ("B7",), needs_registry_of_its_own=True, needs_second_account=True)
    SCENARIOS.append(scenario)


_link_as("link-by-a-viewer", "viewer", "A link by a viewer of the registry is refused.")
_link_as(
    "link-by-a-restricted-viewer", "restricted_viewer", "A link by a restricted viewer of the registry is refused."
)
_link_as("link-by-a-member", "member", "A member of the registry may link, whatever the seat.")


# What a server says to documents that it does not understand (old servers, new SDKs).


def _send_odd(name: str, claim: str, document: str, fields: dict[str, str]) -> None:
    observe: Observe = lambda scratch: scratch.try_operation(lambda: scratch.send(document), fields)  # noqa: E731
    SCENARIOS.append(Scenario(name, claim, observe, ("B13",), name))


_send_odd(
    "unknown-argument",
    "An argument that the server does not know has this message.",
    "query RegilinkOdd { viewer(regilinkArgument: 1) { id } }",
    {"regilinkArgument": "argument", "viewer": "field"},
)
_send_odd(
    "unknown-type",
    "A type that the server does not know has this message.",
    "query RegilinkOdd($value: RegilinkType) { viewer @include(if: $value) { id } }",
    {"RegilinkType": "type"},
)
_send_odd(
    "unknown-input-field",
    "A field of an input that the server does not know has this message.",
    'mutation RegilinkOdd { linkArtifact(input: {regilinkField: "x"}) { versionIndex } }',
    {"regilinkField": "field", "LinkArtifactInput": "type"},
)


# The registry itself.


@scenario("A10", message="invalid-registry-name", own_registry=True)
def invalid_registry_name(scratch: Scratch) -> Facts:
    """A registry's name with a slash is refused."""
    name = f"a/{scratch.names.token}"
    return scratch.try_operation(lambda: scratch.rename_registry(name), {name: "registry"})


@scenario("B16", own_registry=True)
def source_of_a_deleted_registry(scratch: Scratch) -> Facts:
    """A logged version stays when a registry is deleted that it is linked to."""
    version = scratch.log("source")
    scratch.link(version, scratch.scratch_name("last"))
    scratch.delete_registry()
    return scratch.describe_source(version)
