"""A file that holds a secret is tracked by git, or would be: an environment file, a launch configuration, `.envrc`.

## What it does

Finds environment files, their templates, `.envrc`, and the `launch.json` and `settings.json` of VS Code that hold a
secret, in a git repository that tracks them (an error) or whose .gitignore files do not leave them out (a warning). A
secret is a value that is given to `AZURE_CLIENT_SECRET`, `AZURE_CLIENT_CERTIFICATE_PASSWORD`, `AZURE_PASSWORD`,
`MLFLOW_TRACKING_TOKEN` or `MLFLOW_TRACKING_PASSWORD`, or what has the shape of a secret and no other thing has: a client
secret of Entra, a storage account key, an access token or shared access signature that has not expired.

In a template such as `.env.example`, which is made to be shared, only what has such a shape counts.

Git itself is not run: its index is read. What your own settings of git leave out in every repository
(`core.excludesFile`) is not seen.

## Why it is bad

Whoever has the repository has the secret, and so does everybody who will ever have its history, forks and backups. With
a client secret they sign in as the service principal, from anywhere.

## Example

```shell
# .env, which git tracks
AZURE_CLIENT_SECRET=3xq-8f2-77k-a1m
```

## Use instead

```shell
git rm --cached .env
echo .env >> .gitignore
```

And have the secret replaced by a new one: the history keeps the old one.

## Fix safety

Safe: the fix adds a line to the .gitignore that git asks first about the file, or makes one. None is offered for a file
that git tracks already: the line alone would change nothing, and what has to be done besides, taking the file out and
rotating the secret, is for you to do. None either for a template, which belongs in the repository without the secret.

## References

- [gitignore](https://git-scm.com/docs/gitignore)
- [Removing sensitive data from a repository](https://docs.github.com/authentication/keeping-your-account-and-data-secure/removing-sensitive-data-from-a-repository)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from azmlflow.azure.secret_shapes import Kind
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.wanted import repository_of
from azmlflow.rules.base import Confidence, Finding, Fix, Rule, Severity
from azmlflow.rules.gitignore import ignore_edit, is_ignored
from azmlflow.rules.secret_places import Place, places
from azmlflow.workspace.classify import is_template
from azmlflow.workspace.snapshot import FileKind

RULE = Rule(
    code="AZM313",
    name="secret-tracked-by-git",
    summary="a file that holds a secret is tracked by git, or would be",
    severity="error",
    confidence="high",
    since="0.1.0",
    source_url="https://git-scm.com/docs/gitignore",
    kinds=frozenset({FileKind.DOTENV, FileKind.EDITOR, FileKind.SHELL}),
    fixable="sometimes",
    hides_source=True,
)

_SHAPES: Final = {
    Kind.CLIENT_SECRET: "a client secret",
    Kind.ACCESS_TOKEN: "an access token",
    Kind.STORAGE_KEY: "a storage account key",
    Kind.SHARED_ACCESS: "a shared access signature",
}


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each secret of a file that git tracks or does not leave out."""
    file, seen = resolution.file, resolution.snapshot.surroundings
    if file.kind is FileKind.SHELL and file.path.name != ".envrc":
        return
    if seen is None or repository_of(resolution.snapshot, file.path) not in seen.repositories:
        return
    tracked = file.path in seen.tracked
    if not tracked and (file.path in seen.ignored or is_ignored(resolution.snapshot, file.path)):
        return
    severity: Severity = "error" if tracked else "warning"
    confidence: Confidence = "high" if tracked else "medium"
    make = partial(_fixes, resolution) if not tracked and not is_template(file.path) else None
    for place in places(resolution):
        message = _message(resolution, place, tracked=tracked)
        yield Finding(
            RULE, message, place.location, severity=severity, confidence=confidence, make_fixes=make
        )


def _message(resolution: Resolution, place: Place, *, tracked: bool) -> str:
    name = resolution.file.path.name
    what = (
        f"the value of {place.name}"
        if place.name
        else _SHAPES.get(place.kind or Kind.CLIENT_SECRET, "a secret")
    )
    if is_template(resolution.file.path):
        return f"{name} is made to be shared, and {what} stands in it: take that out and rotate the secret"
    if tracked:
        return (
            f"git tracks {name}, and {what} stands in it: whoever has the repository has the secret; "
            f"take the file out with `git rm --cached {name}`, ignore it, and rotate the secret"
        )
    return f"no .gitignore leaves out {name}, and {what} stands in it: `git add .` takes it in"


def _fixes(resolution: Resolution) -> Iterator[Fix]:
    path = resolution.file.path
    edit = ignore_edit(resolution.snapshot, path)
    if edit is not None:
        yield Fix(f"Add {path.name} to .gitignore", (edit,), safe=True)
