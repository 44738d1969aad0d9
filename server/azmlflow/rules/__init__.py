"""The explicit, ordered registry of rules.

A rule's module is imported when it is asked for: a question about one rule must not pay for the others, nor for the
parsers. For the same reason this file imports nothing, not even `typing`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from azmlflow.rules.base import RuleModule

RULES: tuple[tuple[str, str], ...] = (
    ("AZM101", "tracking_uri_missing"),
    ("AZM102", "tracking_uri_malformed"),
    ("AZM103", "tracking_uri_wrong_scheme"),
    ("AZM104", "tracking_uri_other_workspace"),
    ("AZM105", "tracking_uri_too_late"),
    ("AZM106", "tracking_uri_in_job"),
    ("AZM107", "tracking_uri_shadowed"),
    ("AZM108", "tracking_uri_handmade"),
    ("AZM109", "local_store_left"),
    ("AZM110", "shell_uri_quoted"),
    ("AZM111", "tracking_function_assigned"),
    ("AZM112", "tracking_host_foreign"),
    ("AZM113", "registry_as_tracking"),
    ("AZM114", "local_store_in_job"),
    ("AZM201", "experiment_missing"),
    ("AZM202", "experiment_conflict"),
    ("AZM203", "experiment_after_run"),
    ("AZM204", "experiment_name_invalid"),
    ("AZM205", "experiment_name_and_id"),
    ("AZM206", "run_id_left"),
    ("AZM207", "job_variable_overwritten"),
    ("AZM208", "experiment_variable_stale"),
    ("AZM301", "credentials_incomplete"),
    ("AZM302", "credential_empty"),
    ("AZM303", "credential_placeholder"),
    ("AZM304", "tenant_id_invalid"),
    ("AZM305", "client_secret_is_id"),
    ("AZM306", "secret_shadows_certificate"),
    ("AZM307", "send_chain_always_true"),
    ("AZM308", "token_credentials_invalid"),
    ("AZM309", "client_id_alone"),
    ("AZM310", "username_password_deprecated"),
    ("AZM311", "variable_misspelled"),
    ("AZM312", "secret_in_source"),
    ("AZM313", "secret_tracked_by_git"),
    ("AZM314", "dotenv_not_loaded"),
    ("AZM315", "dotenv_loaded_too_late"),
    ("AZM316", "interactive_unattended"),
    ("AZM317", "tracking_token_static"),
    ("AZM318", "chain_walked_each_call"),
    ("AZM401", "certificate_missing"),
    ("AZM402", "certificate_unreadable"),
    ("AZM403", "certificate_incomplete"),
    ("AZM404", "certificate_password"),
    ("AZM405", "certificate_not_rsa"),
    ("AZM406", "certificate_expired"),
    ("AZM407", "certificate_key_mismatch"),
    ("AZM408", "certificate_exposed"),
    ("AZM501", "cloud_unknown"),
    ("AZM502", "cloud_mismatch"),
    ("AZM503", "authority_host_ignored"),
    ("AZM504", "tls_verification_off"),
    ("AZM505", "ca_bundle_missing"),
    ("AZM506", "proxy_swallows_imds"),
    ("AZM507", "cloud_unset"),
    ("AZM508", "interception_in_workspace"),
    ("AZM601", "plugin_missing"),
    ("AZM602", "versions_incompatible"),
    ("AZM603", "logged_models_unsupported"),
    ("AZM604", "skinny_without_store"),
    ("AZM605", "sdk_v1_deprecated"),
    ("AZM701", "workspace_config_malformed"),
    ("AZM702", "workspace_config_incomplete"),
    ("AZM703", "workspace_config_placeholder"),
    ("AZM704", "workspace_config_ambiguous"),
    ("AZM705", "workspace_config_not_found"),
    ("AZM901", "suppression_unknown"),
    ("AZM902", "suppression_unused"),
    ("AZM903", "rule_crashed"),
)
"""(code, module) of each rule, in the order of the codes. The module's name is the rule's, with underscores."""

_loaded: dict[str, RuleModule] = {}


def codes() -> tuple[str, ...]:
    """Return every rule's code in order, importing none."""
    return tuple(code for code, _ in RULES)


def entry(code_or_name: str) -> tuple[str, str] | None:
    """Return (code, module) of a rule by its code or its name, in any case, or None; imports nothing."""
    wanted = code_or_name.strip()
    code, module = wanted.upper(), wanted.lower().replace("-", "_")
    return next((pair for pair in RULES if code == pair[0] or module == pair[1]), None)


def find(code_or_name: str) -> RuleModule | None:
    """Return one rule by its code or its name, importing only that rule, or None when there is none."""
    pair = entry(code_or_name)
    return load(*pair) if pair else None


def all_rules() -> tuple[RuleModule, ...]:
    """Return every rule in the order of the registry."""
    return tuple(load(*pair) for pair in RULES)


def documentation(code_or_name: str) -> str:
    """Return a rule's documentation in Markdown, empty when there is no such rule."""
    module = find(code_or_name)
    return module.documentation if module else ""


def load(code: str, module: str) -> RuleModule:
    """Import a rule's module and return it; a record that contradicts its line in the registry is a ValueError."""
    if code not in _loaded:
        from importlib import import_module

        from azmlflow.rules import base

        rule = base.module(import_module(f"azmlflow.rules.{module}"))
        if (rule.rule.code, rule.rule.name.replace("-", "_")) != (code, module):
            raise ValueError(
                f"the registry says {code} {module}, the file says {rule.rule.code} {rule.rule.name}"
            )
        _loaded[code] = rule
    return _loaded[code]


def _refuse_duplicates(pairs: tuple[tuple[str, str], ...]) -> None:
    for place in (0, 1):
        seen = [pair[place] for pair in pairs]
        if len(set(seen)) != len(seen):
            twice = sorted({name for name in seen if seen.count(name) > 1})
            raise ValueError(f"registered twice: {', '.join(twice)}")


_refuse_duplicates(RULES)
