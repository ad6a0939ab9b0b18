"""What every check may look at: settings, targets, the server's facts, and what W&B would do with each target."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from regilink_doctor.client.gateway import Gateway
from regilink_doctor.client.questions import CollectionQuestion, RegistryQuestion, VersionQuestion
from regilink_doctor.client.route import Probes
from regilink_doctor.client.settings import Settings
from regilink_doctor.core.catalog import Catalog
from regilink_doctor.core.judgement import Judgement, judge, resolve_organization
from regilink_doctor.core.naming import REGISTRY_PREFIX
from regilink_doctor.core.organization_view import NOTHING_CONFIGURED, ConfiguredOrganization, OrganizationNames
from regilink_doctor.core.origin import Argument, Default, Origin, Setting
from regilink_doctor.core.phrases import say
from regilink_doctor.core.problems import LinkInput, SdkRefusal, sdk_link
from regilink_doctor.core.records import record
from regilink_doctor.core.target_path import UNKNOWN_NAME, parsed
from regilink_doctor.core.targets import ConsumedName, LinkTarget
from regilink_doctor.doctor.facts import Account, ServerView, Version
from regilink_doctor.doctor.server_queries import (
    Lookup,
    ServerQueries,
    collection_question,
    lookup_of,
    version_question,
)
from regilink_doctor.rules.site_facts import certain

if TYPE_CHECKING:
    from regilink_doctor.core.findings import Finding
    from regilink_doctor.core.sites import Site
    from regilink_doctor.core.strings import StringValue
    from regilink_doctor.doctor.probe.run import Prober

T = TypeVar("T", LinkTarget, ConsumedName)

DEFAULT_ENTITY = Default(say("the account's default entity"), "WANDB_ENTITY")


@record
class Filed:
    """The committed catalog, its path as it is shown, and what names it."""

    path: str
    catalog: Catalog
    origin: Origin


@record
class SourceFacts:
    """What else the source says: what lint finds in it, and the servers and keys that it gives to wandb.

    Of a variable that is set here a key has its value. `calls` are those about registries, and those that log what was
    fetched.
    """

    findings: Sequence[Finding] = ()
    servers: Sequence[StringValue] = ()
    keys: Sequence[StringValue] = ()
    calls: Sequence[Site] = ()


NO_SOURCE = SourceFacts()


class Context:
    """One examination of one machine and account. It is what the queries ask for what is to be found out."""

    def __init__(
        self,
        settings: Settings,
        targets: Collection[LinkTarget],
        consumed: Collection[ConsumedName] = (),
        *,
        timeout: float,
        known: ConfiguredOrganization = NOTHING_CONFIGURED,
        filed: Filed | None = None,
        prober: Prober | None = None,
        is_brief: bool = False,
        source: SourceFacts = NO_SOURCE,
    ) -> None:
        self.settings = settings
        self.source = source
        self.known = known
        self.filed = filed
        self.prober = prober
        self.written_links, self.written_names = tuple(targets), tuple(consumed)
        self.targets = _drop_duplicates(targets)
        linked_on = [target.consumed for target in self.targets if target.consumed is not None]
        self.consumed = _drop_duplicates([*consumed, *linked_on])
        self.gateway = Gateway(settings.host, settings.credentials.key, route=settings.route, timeout=timeout)
        self.probes = Probes(settings.route, timeout=timeout) if settings.route is not None else None
        self.queries = ServerQueries(self.gateway, self._possible_entities(), self, is_brief=is_brief)

    @property
    def view(self) -> ServerView:
        """What has been looked up."""
        return self.queries.view

    @property
    def account(self) -> Account:
        """The account; only for checks that require the check `account`."""
        account = self.queries.account()
        if account is None:
            raise LookupError("nobody is logged in")
        return account

    @property
    def organizations(self) -> tuple[OrganizationNames, ...]:
        """The organizations of the account and of its teams."""
        account = self.account
        of_teams = (team.organization for team in account.teams if team.organization is not None)
        return tuple(dict.fromkeys([*(account.organizations or ()), *of_teams]))

    def run_entity(self, target: LinkTarget | ConsumedName | None = None) -> Setting[str] | None:
        """The entity that the run of `target` would have, and why: argument, code, environment or file, default.

        Of a consumed artifact it is the source's. None: none is set, and the server was not asked or knows none.
        """
        if isinstance(target, LinkTarget) and (source := self._source_entity(target)):
            return source
        setting = self.settings.entity
        if setting is not None and isinstance(setting.origin, Argument):
            return setting
        if target is not None and target.entity_text:
            return Setting(target.entity_text, target.entity_origin)
        if setting is not None:
            return setting
        account = self.queries.known_account
        if account is None or account.default_entity is None:
            return None
        return Setting(account.default_entity, DEFAULT_ENTITY)

    def _source_entity(self, target: LinkTarget) -> Setting[str] | None:
        """Where the artifact was logged, for one that was consumed by name."""
        if target.consumed is None or (fetch := self.resolve_consumed(target.consumed)) is None:
            return None
        where = Default(say("the source of {consumed}", consumed=target.consumed.shown), "WANDB_ENTITY")
        if not fetch.registry:
            return Setting(fetch.owner, where)
        version = self.version(target.consumed)
        return Setting(version.source[0], where) if version is not None and version.source else None

    def resolve_consumed(self, consumed: ConsumedName) -> Lookup | None:
        """What the SDK makes of a consumed name; None when a part is unknown, or it cannot be split."""
        entity = self.run_entity(consumed)
        if not consumed.is_known or entity is None:
            return None
        organization = self.settings.organization.value if self.settings.organization else None
        return lookup_of(consumed.text, entity.value, self._project_of(consumed), organization)

    def version(self, consumed: ConsumedName) -> Version | None:
        """The version that a name fetches, as far as it has been looked up."""
        fetch = self.resolve_consumed(consumed)
        question = version_question(fetch, self.view) if fetch is not None else None
        return self.find(consumed, question) if isinstance(question, VersionQuestion) else None

    def find(self, consumed: ConsumedName, question: VersionQuestion) -> Version | None:
        """What there is under a name, as far as it has been looked up; a collection as a version without a number."""
        if not consumed.is_collection:
            return self.view.version(question)
        artifact_type = self.view.collection_type(question.entity, question.project, question.name)
        return Version(None, (), artifact_type, None, None) if artifact_type is not None else None

    def link_of(self, target: LinkTarget) -> LinkInput | None:
        """What the SDK would send for a target; None when it refuses the path, or a part of it is not known."""
        link = self.sdk_link(target)
        return link if isinstance(link, LinkInput) else None

    def sdk_link(self, target: LinkTarget) -> LinkInput | SdkRefusal | None:
        """What the SDK makes of a target; None when a part of the path is not known."""
        if not target.is_known:
            return None
        entity = self.run_entity(target)
        return sdk_link(
            target.text,
            target.method,
            entity.value if entity else UNKNOWN_NAME,
            self._project_of(target),
            self._variables_set(),
        )

    def judge_target(self, target: LinkTarget) -> Judgement:
        """What W&B would do with a target. Looks up what it needs."""
        link = self.sdk_link(target)
        if isinstance(link, SdkRefusal):
            return Judgement("refused", link.problem)
        if link is None:
            return Judgement("unknown")
        self.queries.look_up_links()
        return judge(link, self.view, self.type_of(target))

    def may_be_well(self, target: LinkTarget) -> bool:
        """Whether the path is accepted with another entity or type of the call; it is unknown which goes with it."""
        same = [item for item in self.written_links if item.site is target.site and item.text == target.text]
        return not target.is_paired and not all(self.judge_target(item).is_bad for item in same)

    def type_of(self, target: LinkTarget) -> str | None:
        """The artifact's type, unknown parts included: what source says, else that of the version that is consumed."""
        version = self.version(target.consumed) if target.type_text is None and target.consumed is not None else None
        return version.artifact_type if version is not None else target.type_text

    def places_of(self, reference: LinkTarget | ConsumedName) -> tuple[Origin, ...]:
        """Every place at which the same question to W&B is written, in order."""
        references = (*self.written_links, *self.written_names)
        return tuple(dict.fromkeys(item.written_at for item in references if item.identity == reference.identity))

    def links_registry(self, target: LinkTarget) -> bool:
        """Whether the SDK takes the path for that of a registry. Needs no server."""
        if (link := self.link_of(target)) is not None:
            return link.registry
        path = parsed(target.text)
        return path is not None and path.is_registry

    @property
    def link_sites(self) -> list[Site]:
        """The calls that link, as far as the links come from source."""
        return [target.site for target in self.written_links if target.site is not None]

    def default_run_entity(self) -> str | None:
        """The entity of runs for which the code names none."""
        entity = self.run_entity()
        return entity.value if entity else None

    def links(self) -> Collection[LinkInput]:
        """The links of the targets, as the SDK would send them."""
        return [link for link in map(self.link_of, self.targets) if link is not None]

    def versions(self) -> Collection[VersionQuestion]:
        """The versions to ask for: those of the names that are consumed."""
        names = (name for name in self.consumed if not name.is_collection)
        questions = [version_question(fetch, self.view) for fetch in map(self.resolve_consumed, names) if fetch]
        return [item for item in questions if isinstance(item, VersionQuestion)]

    def collections(self) -> Collection[CollectionQuestion]:
        """The collections to ask for: those that are looked up."""
        names = (name for name in self.consumed if name.is_collection)
        questions = [collection_question(fetch, self.view) for fetch in map(self.resolve_consumed, names) if fetch]
        return [item for item in questions if item is not None]

    def registries(self) -> Collection[RegistryQuestion]:
        """The registries to ask for besides those of links and names: those that `Api.registry` is given."""
        return [question for question in map(self.registry_question, self.source.calls) if question is not None]

    def registry_question(self, site: Site) -> RegistryQuestion | None:
        """The registry that a call of `Api.registry` finds; None where it or its organization is not known."""
        strings = site.arguments.strings
        name, organization = (certain(strings.get(argument, ())) for argument in ("name", "organization"))
        if site.call != "wandb.Api.registry" or not name or name.startswith(REGISTRY_PREFIX) or len(site.entity) > 1:
            return None
        if organization is None and "organization" not in site.arguments.names:
            asking = self.run_entity(ConsumedName(strings["name"][0], next(iter(site.entity), None), place=site.place))
            setting = self.settings.organization.value if self.settings.organization else None
            names = resolve_organization(asking.value, setting, self.view) if asking is not None else None
            return RegistryQuestion(names.entity, name) if isinstance(names, OrganizationNames) else None
        found = (names.entity for names in self.view.organization_names if names.name == organization)
        return next((RegistryQuestion(entity, name) for entity in found), None)

    def project_of(self, target: LinkTarget | ConsumedName) -> str | None:
        """The project that code, argument or settings give the run of a target; None where it is not known."""
        setting = self.settings.project
        if target.project is not None and not (setting and isinstance(setting.origin, Argument)):
            return target.project.literal
        return setting.value if setting else None

    def _project_of(self, target: LinkTarget | ConsumedName) -> str:
        setting = self.settings.project
        if setting is not None and isinstance(setting.origin, Argument):
            return setting.value
        return target.project_text or (setting.value if setting else "uncategorized")

    def _variables_set(self) -> Mapping[str, str]:
        settings = {"WANDB_PROJECT": self.settings.project, "WANDB_ORGANIZATION": self.settings.organization}
        return {name: item.value for name, item in settings.items() if item is not None}

    def _possible_entities(self) -> set[str]:
        """Everything that may be an entity and is known before anything is asked."""
        names = {item.entity_text for item in (*self.targets, *self.consumed) if item.entity_text}
        for setting in (self.settings.entity, self.settings.organization):
            if setting is not None:
                names.add(setting.value)
        names.update(_first_part(item.text) for item in (*self.targets, *self.consumed))
        return names


def _drop_duplicates(references: Iterable[T]) -> tuple[T, ...]:
    """Each question to W&B once, with the first place that it is written at."""
    first: dict[tuple[object, ...], T] = {}
    for reference in references:
        first.setdefault(reference.identity, reference)
    return tuple(first.values())


def _first_part(text: str) -> str:
    """The part of a path where an organization or entity belongs; empty without one."""
    path = parsed(text)
    return path.prefix or "" if path is not None else ""
