"""The policies that this machine knows: those that phivet ships, and those of the folder named by PHIVET_POLICIES."""

import os
from functools import cache
from pathlib import Path

from phivet.cases.errors import PolicyError, UnknownPolicyError
from phivet.cases.policy import Policy, read_policy

DEFAULT = "hipaa-safe-harbor"

SHIPPED = Path(__file__).parent / "policies"

EXTRA = "PHIVET_POLICIES"
"""The environment variable that names a folder of a platform's own policy files."""


def names() -> list[str]:
    """The name of every policy there is, in alphabetical order. Raises `PolicyError`."""
    return sorted(_files())


def policy(name: str = DEFAULT) -> Policy:
    """The policy of this name, read once.

    Raises `UnknownPolicyError`, which lists the names that there are, and `PolicyError` when its file is wrong.
    """
    files = _files()
    if name not in files:
        raise UnknownPolicyError(f"no policy has this name; there are: {', '.join(sorted(files))}")
    return _read(files[name])


def check_all() -> None:
    """Read every policy. Raises one `PolicyError` that says all that is wrong, a line for each wrong file."""
    wrong = []
    for name in names():
        try:
            policy(name)
        except PolicyError as error:
            wrong.append(str(error))
    if wrong:
        raise PolicyError("\n".join(wrong))


_read = cache(read_policy)


def _files() -> dict[str, Path]:
    files = {path.stem: path for path in SHIPPED.glob("*.toml")}
    extra = os.environ.get(EXTRA)
    if not extra:
        return files
    if not Path(extra).is_dir():
        raise PolicyError(f"{EXTRA} names no folder")
    for path in Path(extra).glob("*.toml"):
        if path.stem in files:
            raise PolicyError(f"{path.name} in {EXTRA}: phivet ships a policy of this name; give yours another")
        files[path.stem] = path
    return files
