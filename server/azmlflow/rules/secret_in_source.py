"""A secret stands in a file that others read: code, a notebook's output, YAML, a Dockerfile.

## What it does

Finds secrets in scripts, in notebooks with their outputs, in YAML, Dockerfiles, shell scripts, workspace configs and
documents:

- what nothing else looks like: a client secret of Entra, a storage account key, and, as long as they have not expired,
  an access token and a shared access signature;
- a literal that is set as `AZURE_CLIENT_SECRET`, `AZURE_CLIENT_CERTIFICATE_PASSWORD`, `AZURE_PASSWORD`,
  `MLFLOW_TRACKING_TOKEN` or `MLFLOW_TRACKING_PASSWORD`, or given to a credential such as `ClientSecretCredential`, or to
  `az login --service-principal`.

Placeholders, references to a secret that is kept elsewhere and the made-up values of tests are none. Environment files
are where secrets belong: [secret-tracked-by-git](secret-tracked-by-git.md) looks at them. The outputs of a notebook are
looked at on disk, not while an editor holds it.

## Why it is bad

Whoever can read the file has what the secret opens: colleagues, everybody with the repository and its history, everybody
with the image or the package. With a client secret they sign in as the service principal, from anywhere. Deleting the line
later does not take it out of the history: only a new secret helps.

## Example

```python
import os

os.environ["AZURE_CLIENT_SECRET"] = "3xq-8f2-77k-a1m"
```

## Use instead

```shell
# .env, which git ignores, or a secret of the CI system
AZURE_CLIENT_SECRET=the-value-of-the-secret
```

## Fix safety

Unsafe: the code then needs the variable. The fix puts `os.environ["AZURE_CLIENT_SECRET"]` in the place of the literal, or
removes the line that sets the variable; in a workflow, a pipeline and a compose file it refers to the variable or secret
of the same name. The value itself is copied nowhere: keep it until it is set elsewhere, then have it replaced by a new
one. The outputs of a notebook's cell are cleared.

## References

- [Client secrets and why certificates are better](https://learn.microsoft.com/entra/identity-platform/howto-create-service-principal-portal)
- [The shape of a client secret](https://learn.microsoft.com/purview/sit-defn-azure-ad-client-secret)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from azmlflow.azure import variables as v
from azmlflow.azure.secret_shapes import Kind
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Finding, Rule
from azmlflow.rules.secret_fixes import secret_fixes
from azmlflow.rules.secret_places import Place, places
from azmlflow.workspace.snapshot import SCRIPT_KINDS, YAML_KINDS, FileKind

RULE = Rule(
    code="AZM312",
    name="secret-in-source",
    summary="a secret stands in a file that others read: code, a notebook's output, YAML, a Dockerfile",
    severity="error",
    confidence="high",
    since="0.1.0",
    source_url="https://learn.microsoft.com/purview/sit-defn-azure-ad-client-secret",
    kinds=SCRIPT_KINDS
    | YAML_KINDS
    | {FileKind.JOB, FileKind.DOCKERFILE, FileKind.SHELL, FileKind.MARKDOWN, FileKind.WORKSPACE_CONFIG},
    fixable="sometimes",
    hides_source=True,
)

_SHAPES: Final = {
    Kind.ACCESS_TOKEN: ("an access token", "can use it until it expires", "do not print it"),
    Kind.STORAGE_KEY: (
        "a storage account key",
        "can read and change all that is stored there",
        "rotate the key",
    ),
    Kind.SHARED_ACCESS: ("a shared access signature", "can reach what it opens", "have it revoked"),
}
_CLIENT_SECRET: Final = (
    "a client secret",
    "can sign in as the service principal",
    "replace it and rotate the secret",
)
_VARIABLES: Final = {
    v.AZURE_CLIENT_SECRET: _CLIENT_SECRET,
    v.AZURE_CLIENT_CERTIFICATE_PASSWORD: (
        "the password of a certificate",
        "needs only that certificate to sign in as the service principal",
        "replace it and change the password",
    ),
    v.AZURE_PASSWORD: ("a user's password", "can sign in as that user", "replace it and change the password"),
    v.MLFLOW_TRACKING_PASSWORD: (
        "a password of the tracking server",
        "can sign in there",
        "replace it and change the password",
    ),
}
_ANY: Final = ("a token", "can use it", "replace it and have it revoked")


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each secret."""
    if resolution.file.path.name == ".envrc":
        return
    for place in places(resolution):
        yield Finding(
            RULE,
            _message(place),
            place.location,
            severity=None if place.kind else "warning",
            confidence=None if place.kind else "medium",
            make_fixes=partial(secret_fixes, resolution, place),
        )


def _message(place: Place) -> str:
    what, harm, remedy = _said(place)
    where = "the source" if place.output_of is None else f"an output of cell {place.output_of + 1}"
    return f"{what} stands in {where}: whoever can read the file {harm}; {remedy}"


def _said(place: Place) -> tuple[str, str, str]:
    if place.kind in _SHAPES:
        return _SHAPES[place.kind]
    return _VARIABLES.get(place.name or "", _ANY) if place.kind is None else _CLIENT_SECRET
