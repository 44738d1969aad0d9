"""Decides what a file is to us: by its name, and for YAML and JSON by its shape."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

from azmlflow.patterns import pattern
from azmlflow.workspace.snapshot import FileKind

CONFIG_NAMES: Final = ("config.json", "project.json")
CONFIG_FOLDERS: Final = (".azureml", "aml_config")
LOADING_STARTERS: Final = ("Pipfile", "Procfile")
"""What pipenv, honcho and foreman read; they give what they start the variables of `.env`."""
STARTERS: Final = (
    *LOADING_STARTERS,
    *("Makefile", "makefile", "GNUmakefile", "justfile", "Justfile", ".justfile", "mise.toml", ".mise.toml"),
)
"""Files that say how programs are started, perhaps with the variables of `.env`; that they exist is all we look at."""

_BY_NAME: Final = {
    "MLproject": FileKind.MLPROJECT,
    "pyproject.toml": FileKind.PYPROJECT,
    "azmlflow.toml": FileKind.SETTINGS,
    "config.json": FileKind.WORKSPACE_CONFIG,
    "project.json": FileKind.WORKSPACE_CONFIG,
    ".env": FileKind.DOTENV,
    ".envrc": FileKind.SHELL,
    ".gitignore": FileKind.IGNORE,
    "Dockerfile": FileKind.DOCKERFILE,
    "Containerfile": FileKind.DOCKERFILE,
}
EXACT_NAMES: Final = frozenset(_BY_NAME)
_BY_SUFFIX: Final = {
    "py": FileKind.PYTHON,
    "pyw": FileKind.PYTHON,
    "ipynb": FileKind.NOTEBOOK,
    "yml": FileKind.YAML,
    "yaml": FileKind.YAML,
    "sh": FileKind.SHELL,
    "bash": FileKind.SHELL,
    "zsh": FileKind.SHELL,
    "ps1": FileKind.SHELL,
    "md": FileKind.MARKDOWN,
    "env": FileKind.DOTENV,
    "dockerfile": FileKind.DOCKERFILE,
    "containerfile": FileKind.DOCKERFILE,
}
_EDITOR_NAMES: Final = frozenset({"settings.json", "launch.json"})
_REQUIREMENT_SUFFIXES: Final = frozenset({"txt", "in"})
_TEMPLATE_WORDS: Final = frozenset({"example", "sample", "template", "dist", "tmpl", "tpl"})
_NOT_DOTENV: Final = frozenset(
    (
        *("json", "toml", "xml", "html", "css", "lock", "map", "j2"),
        *("js", "ts", "jsx", "tsx", "mjs", "cjs", "cs", "go", "rs", "rb", "php", "java", "pyi"),
        *("enc", "gpg", "age", "asc", "zip", "gz", "tar"),
    )
)

_CONFIG_KEYS: Final = frozenset({"subscriptionid", "workspacename", "resourcegroup", "resourcegroupname"})
_CONFIG_WORDS: Final = (
    '"Scope"',
    "subscription",
    "workspace",
    "resource",
    "Subscription",
    "Workspace",
    "Resource",
)
_BROKEN_CONFIG_WORDS: Final = ("subscription_id", "workspace_name", "resource_group", '"Scope"')

_TOP_KEY: Final = pattern(r"^[\"']?([$\w][\w.-]*)[\"']?[ \t]*:[ \t]*(.*)$", re.M)
_JOB_SCHEMA: Final = pattern(
    r"(?:command|pipeline|sweep|spark|parallel|import|automl|data_?transfer|fine_?tuning|distillation)\w*?(?:job|component)"
)
_COMPONENT_TYPES: Final = frozenset({"command", "commandcomponent", "sweep", "spark", "parallel", "pipeline"})
_WORK_KEYS: Final = frozenset({"command", "code", "jobs", "task", "trial", "entry"})
_JOB_KEYS: Final = frozenset({"code", "environment", "compute"})
_PIPELINE_KEYS: Final = frozenset({"stages", "jobs", "steps"})
_PIPELINE_STEP: Final = pattern(
    r"^[ \t]*-[ \t]+(?:task|script|bash|pwsh|powershell|template|job|stage|checkout|deployment)[ \t]*:", re.M
)
_OUR_WORDS: Final = ("mlflow", "azure", "env_file", "runs-on", "vmimage")
"""What YAML is read for; a workflow or a pipeline may start a script of ours without a word about Azure."""


def provisional_kind(name: str, folder: str) -> FileKind | None:
    """Return what a file is by its name and its folder's name alone, or None for what is never read.

    The content has the last word (`kind_of`) where the answer is WORKSPACE_CONFIG or YAML.
    """
    exact = _BY_NAME.get(name)
    if exact is not None:
        return exact
    head, dot, suffix = name.rpartition(".")
    suffix = suffix.lower()
    if not dot:
        return FileKind.DOTENV if name.startswith(".env") and _is_dotenv(name) else None
    kind = _BY_SUFFIX.get(suffix)
    if kind is not None:
        return kind
    if suffix == "json":
        return _kind_of_json(name, folder)
    if head in ("Dockerfile", "Containerfile") and suffix not in _NOT_DOTENV:
        return FileKind.DOCKERFILE
    if suffix in _REQUIREMENT_SUFFIXES and _is_requirements(head.lower(), folder.lower()):
        return FileKind.REQUIREMENTS
    return FileKind.DOTENV if "env" in name and _is_dotenv(name) else None


def kind_of(path: Path, head: str) -> FileKind | None:
    """Return what a file is to us, or None when it is none of our business.

    `head` is the file's text, or enough of its beginning to show its shape.
    """
    kind = provisional_kind(path.name, path.parent.name)
    return refined_kind(kind, path.parent.name, head) if kind is not None else None


def refined_kind(kind: FileKind, folder: str, head: str) -> FileKind | None:
    """Let the content decide what the name left open."""
    if kind is FileKind.YAML:
        return _kind_of_yaml(head)
    if kind is FileKind.WORKSPACE_CONFIG:
        certain = folder in CONFIG_FOLDERS
        return kind if certain or _is_workspace_config(head) else None
    return kind


def is_template(path: Path) -> bool:
    """Tell whether an environment file is a form to fill in (`.env.example`), which no program reads."""
    return not _TEMPLATE_WORDS.isdisjoint(re.split(r"[._-]", path.name.lower()))


def _is_dotenv(name: str) -> bool:
    lower = name.lower()
    if lower.startswith((".env.", ".env_", ".env-")) or ".env." in lower:
        return lower.rpartition(".")[2] not in _NOT_DOTENV
    return lower.startswith("env.") and is_template(Path(name))


def _is_requirements(stem: str, folder: str) -> bool:
    return "requirements" in stem or "constraints" in stem or folder == "requirements"


def _kind_of_json(name: str, folder: str) -> FileKind | None:
    if folder == ".vscode" and name in _EDITOR_NAMES:
        return FileKind.EDITOR
    return None


def _is_workspace_config(text: str) -> bool:
    if not any(word in text for word in _CONFIG_WORDS):
        return False
    try:
        content = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return any(word in text for word in _BROKEN_CONFIG_WORDS)
    if not isinstance(content, dict):
        return False
    normal = {key.replace("_", "").replace("-", "").lower() for key in content}
    return isinstance(content.get("Scope"), str) or not _CONFIG_KEYS.isdisjoint(normal)


def _kind_of_yaml(text: str) -> FileKind | None:
    top = {key: value.strip() for key, value in _TOP_KEY.findall(text)}
    schema = top.get("$schema", "").strip("'\"").rpartition("/")[2].lower()
    if _is_job_schema(schema, text) or _looks_like_job(top, text):
        return FileKind.JOB
    if not schema and _looks_like_conda(top, text):
        return FileKind.CONDA
    lower = text.lower()
    return _kind_of_other_yaml(top, text) if any(word in lower for word in _OUR_WORDS) else None


def _kind_of_other_yaml(top: dict[str, str], text: str) -> FileKind:
    if "jobs" in top and "on" in top:
        return FileKind.WORKFLOW
    if "services" in top and "apiVersion" not in top:
        return FileKind.COMPOSE
    return FileKind.PIPELINE if _looks_like_pipeline(top, text) else FileKind.YAML


def _looks_like_pipeline(top: dict[str, str], text: str) -> bool:
    """Tell whether a YAML is one of Azure Pipelines, or a template of one."""
    if "apiVersion" in top or not _PIPELINE_KEYS.intersection(top):
        return False
    return _PIPELINE_STEP.search(text) is not None


def _is_job_schema(schema: str, text: str) -> bool:
    name = schema.partition("#")[0].removesuffix(".json").removesuffix(".schema")
    if name == "schedule":
        return "azureml" in text
    return _JOB_SCHEMA.fullmatch(name) is not None


def _looks_like_job(top: dict[str, str], text: str) -> bool:
    if "on" in top or "apiVersion" in top or "services" in top:
        return False
    kind = top.get("type", "").strip("'\"").lower()
    if kind in _COMPONENT_TYPES and not _WORK_KEYS.isdisjoint(top):
        return True
    if "jobs" in top and "azureml:" in text and "steps:" not in text:
        return True
    if "trial" in top and not {"search_space", "objective"}.isdisjoint(top):
        return True
    return _is_command(top, text) and not _JOB_KEYS.isdisjoint(top)


def _is_command(top: dict[str, str], text: str) -> bool:
    value = top.get("command")
    if value is None or value[:1] in ("[", "{"):
        return False
    return bool(value) or re.search(r"^command:[ \t\r]*\n[ \t]+[^\s-]", text, re.M) is not None


def _looks_like_conda(top: dict[str, str], text: str) -> bool:
    if "dependencies" not in top or "apiVersion" in top:
        return False
    if top["dependencies"]:
        return top["dependencies"].startswith("[") and "channels" in top
    listed = re.search(r"^dependencies[\"']?:[^\n]*\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*[ \t]*- +[^\n]*", text, re.M)
    return listed is not None and not {"name", "channels"}.isdisjoint(top)
