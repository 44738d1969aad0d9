"""Command lines of jobs: which scripts does a line of shell run.

This is a reader of what people write in `command:` of a job, not a shell: it never fails, takes linear time,
and leaves out what it cannot know. Azure Machine Learning's own marks are understood (`${{inputs.x}}`, and
`$[[...]]` for an optional part:
https://learn.microsoft.com/azure/machine-learning/reference-yaml-job-command). Callers outside this package
may take these names from `jobs`.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Final, NamedTuple

from azmlflow.azure.shell_words import Word, split_commands


class ScriptKind(Enum):
    """What a command hands to an interpreter."""

    python = "python"
    module = "module"
    notebook = "notebook"
    shell = "shell"


class ScriptReference(NamedTuple):
    """A script named on a command line.

    `path` is the file, or for a module its dotted name, relative to `folder`; `folder` is where the command
    runs, relative to the job's code folder ("" for that folder itself), or None after a `cd` to a place that
    is not known. `start` and `end` are offsets in the command.
    """

    kind: ScriptKind
    path: str
    folder: str | None
    start: int
    end: int

    @property
    def is_known(self) -> bool:
        """Whether the name stands there as it is, without variable or expression."""
        return self.folder is not None and "$" not in self.path


def scripts_of_command(command: str) -> tuple[ScriptReference, ...]:
    """Return the scripts that `command` runs, in the order in which they stand there.

    Python files and modules (also under accelerate, torchrun, deepspeed, mpirun, coverage and the like),
    notebooks under papermill, nbconvert or jupyter, and shell scripts; inline code (`python -c`) and other
    programs give none.
    """
    return tuple(_scripts(command, 0))


def _scripts(command: str, depth: int) -> Iterator[ScriptReference]:
    folder: str | None = ""
    for words in split_commands(command):
        words = _without_prefixes(words)
        if not words:
            continue
        if words[0].text in ("cd", "pushd"):
            folder = _enter(folder, words[1:])
        else:
            yield from _scripts_of_words(words, folder, depth)


def _scripts_of_words(words: list[Word], folder: str | None, depth: int) -> Iterator[ScriptReference]:
    head = _program(words[0].text)
    if head in _SHELLS:
        yield from _under_shell(words, folder, depth)
        return
    found = _under_python(words[1:]) if _is_python(head) else _under_program(head, words)
    if found is not None:
        kind, word, text = found
        yield ScriptReference(
            kind, text if kind is ScriptKind.module else _tidy(text), folder, word.start, word.end
        )


_Found = tuple[ScriptKind, Word, str]


def _under_shell(words: list[Word], folder: str | None, depth: int) -> Iterator[ScriptReference]:
    """Yield the script of `bash run.sh`, or those in the quoted line of `bash -c "..."`."""
    for at, word in enumerate(words[1:], 1):
        if word.text.startswith("-") and word.text.endswith("c") and not word.text.startswith("--"):
            if depth < _MAX_DEPTH and at + 1 < len(words):
                inner = words[at + 1]
                for script in _scripts(inner.text, depth + 1):
                    place = _joined(folder, script.folder)
                    yield script._replace(folder=place, start=inner.start, end=inner.end)
            return
        if not word.text.startswith(("-", "+")):
            yield ScriptReference(ScriptKind.shell, _tidy(word.text), folder, word.start, word.end)
            return


def _under_python(words: list[Word]) -> _Found | None:
    """Return the script or module among the arguments of a Python interpreter."""
    at = 0
    while at < len(words):
        text = words[at].text
        if not text.startswith("-"):
            return _file(words[at])
        flag, rest = _flag_with_value(text)
        if flag == "c" or text == "-":
            return None
        if flag == "m" and rest:
            return _module(words[at], rest, words[at + 1 :])
        if flag == "m":
            return _module(words[at + 1], words[at + 1].text, words[at + 2 :]) if words[at + 1 :] else None
        at += 2 if (flag and not rest) or text == "--check-hash-based-pycs" else 1
    return None


def _flag_with_value(text: str) -> tuple[str, str]:
    """Return the option in a cluster (`-um`) that takes a value, and the value in the same word."""
    if not text.startswith("--"):
        for at, letter in enumerate(text[1:], 1):
            if letter in "cmWXQ":
                return letter, text[at + 1 :]
    return "", ""


def _module(word: Word, name: str, rest: list[Word]) -> _Found | None:
    if name in _MODULES_THAT_LAUNCH:
        return _launched(rest)
    return None if name in _MODULES_OF_PYTHON else (ScriptKind.module, word, name)


def _under_program(head: str, words: list[Word]) -> _Found | None:
    if head in _LAUNCHERS and not (head == "accelerate" and (len(words) < 2 or words[1].text != "launch")):
        return _launched(words[1:])
    if head in _NOTEBOOK_RUNNERS:
        return next((_file(word) for word in words[1:] if word.text.endswith(".ipynb")), None)
    if words[0].text.endswith((".py", ".sh")):
        return _file(words[0])
    return None


def _launched(words: list[Word]) -> _Found | None:
    """Return what a launcher starts: the first Python file or notebook, or the module after -m.

    Which options take a value differs from launcher to launcher, so the ending of the name has to tell.
    """
    for at, word in enumerate(words):
        if word.text in ("-m", "--module") and at + 1 < len(words) and not words[at + 1].text.startswith("-"):
            return _module(words[at + 1], words[at + 1].text, words[at + 2 :])
        if word.text.endswith((".py", ".ipynb")) and not word.text.startswith("-"):
            return _file(word)
    return None


def _file(word: Word) -> _Found:
    for ending, kind in ((".ipynb", ScriptKind.notebook), (".sh", ScriptKind.shell)):
        if word.text.endswith(ending):
            return kind, word, word.text
    return ScriptKind.python, word, word.text


def _without_prefixes(words: list[Word]) -> list[Word]:
    """Drop shell words, assignments, and programs that run another one, from before the program."""
    at = 0
    while at < len(words):
        text = words[at].text
        head = _program(text)
        if text in _SHELL_WORDS or _is_assignment(text):
            at += 1
        elif head in _RUNNERS_WITH_RUN and at + 1 < len(words) and words[at + 1].text == "run":
            at = _next_program(words, at + 2)
        elif head in _RUNNERS:
            at = _next_program(words, at + 1)
        else:
            break
    return words[at:]


def _next_program(words: list[Word], at: int) -> int:
    """Return where the program begins after the options of a runner; it is known by its name."""
    for ahead in range(at, len(words)):
        head = _program(words[ahead].text)
        known = _is_python(head) or head in _KNOWN_PROGRAMS or words[ahead].text.endswith((".py", ".sh"))
        if known:
            return ahead
    return len(words)


def _enter(folder: str | None, arguments: list[Word]) -> str | None:
    target = next((word.text for word in arguments if not word.text.startswith("-")), None)
    if target is None or target.startswith(("/", "~")) or "$" in target:
        return None
    return _joined(folder, target)


def _joined(folder: str | None, target: str | None) -> str | None:
    if folder is None or target is None:
        return None
    parts: list[str] = []
    for part in f"{folder}/{target}".split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _program(text: str) -> str:
    """Return the name of a program without its folder and without .exe."""
    return text.replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".exe")


def _is_python(head: str) -> bool:
    return head.rstrip("0123456789.") in ("python", "pypy", "ipython") or head == "py"


def _is_assignment(text: str) -> bool:
    name, equals, _ = text.partition("=")
    return bool(equals) and name.isidentifier()


def _tidy(path: str) -> str:
    while path.startswith("./"):
        path = path[2:].lstrip("/")
    return path


_MAX_DEPTH: Final = 3
_SHELLS: Final = frozenset({"bash", "sh", "zsh", "dash", "source", "."})
_SHELL_WORDS: Final = frozenset(
    {"then", "do", "else", "elif", "if", "while", "until", "{", "}", "!", "export"}
)
_RUNNERS: Final = frozenset(
    {"env", "sudo", "time", "nohup", "exec", "command", "timeout", "nice", "stdbuf", "xvfb-run", "numactl"}
    | {"mpirun", "mpiexec", "srun", "horovodrun"}
)
_RUNNERS_WITH_RUN: Final = frozenset(
    {"conda", "mamba", "micromamba", "poetry", "uv", "pipenv", "pixi", "hatch", "rye"}
)
_LAUNCHERS: Final = frozenset(
    {
        "accelerate",
        "torchrun",
        "deepspeed",
        "spark-submit",
        "coverage",
        "streamlit",
        "fil-profile",
        "pyinstrument",
    }
)
_NOTEBOOK_RUNNERS: Final = frozenset({"papermill", "jupyter", "jupyter-nbconvert", "nbconvert"})
_KNOWN_PROGRAMS: Final = _SHELLS | _LAUNCHERS | _NOTEBOOK_RUNNERS | _RUNNERS | _RUNNERS_WITH_RUN
_MODULES_THAT_LAUNCH: Final = frozenset(
    {
        "torch.distributed.launch",
        "torch.distributed.run",
        "accelerate.commands.launch",
        "deepspeed",
        "papermill",
    }
    | {
        "deepspeed.launcher.runner",
        "coverage",
        "cProfile",
        "profile",
        "pdb",
        "trace",
        "debugpy",
        "horovod.runner",
    }
)
_MODULES_OF_PYTHON: Final = frozenset(
    {"pip", "venv", "virtualenv", "ensurepip", "pytest", "unittest", "build", "conda"}
)
