"""Where the embedded servers keep data, sockets and locks, and whom that lets in.

PostgreSQL refuses to run as root, so a root user runs it under an account of its own. That account
must be able to reach the data and the programs. No folder is opened for it: where the checkout or
the virtual environment lies in somebody's private home, both live under `/var/lib/dtt` instead.
"""

import hashlib
import os
import pwd
import secrets
import stat
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

SERVER_ACCOUNT = "embedded_postgres"
SHARED_PLACE = Path("/var/lib/dtt")


class UnsafePlace(RuntimeError):
    """A folder that must be ours alone belongs to somebody else."""


@dataclass(frozen=True)
class Places:
    """The folders of one checkout's servers. Reading a property creates nothing."""

    var: Path

    @property
    def state(self) -> Path:
        return self.var / "embedded"

    @cached_property
    def sockets(self) -> Path:
        """A short path, because a socket's name may have no more than about 100 bytes."""
        name = hashlib.sha256(f"{self.var}\0{os.geteuid()}".encode()).hexdigest()[:12]
        return Path("/tmp") / f"dtt-{name}"  # noqa: S108 - claimed and checked by `prepare`

    @property
    def postgres_socket(self) -> Path:
        return self.sockets / "pg"

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "kv" / "valkey.sock"

    @property
    def postgres_link(self) -> Path:
        return self.var / "postgres"

    def postgres_data(self) -> Path:
        """The data folder, made on first use; for root outside a private home."""
        link = self.postgres_link
        if link.exists() or link.is_symlink():
            return link.resolve()
        if os.geteuid() == 0 and not open_to_everybody(self.var):
            data = SHARED_PLACE / f"data-{secrets.token_hex(6)}"
            data.mkdir(mode=0o700, parents=True)
            link.symlink_to(data)
            return data
        link.mkdir(mode=0o700)
        return link

    def prepare(self) -> None:
        """Make the folders, and refuse a socket folder that somebody else made first."""
        self.state.mkdir(parents=True, exist_ok=True)
        claim(self.sockets, owner=os.geteuid(), mode=0o711 if os.geteuid() == 0 else 0o700)
        claim(self.postgres_socket, owner=server_uid(), mode=0o700)
        claim(self.valkey_socket.parent, owner=os.geteuid(), mode=0o700)


def claim(folder: Path, *, owner: int, mode: int) -> None:
    """Make `folder` for `owner` with `mode`.

    Raises:
        UnsafePlace: it exists, and is a link or belongs to another account.
    """
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    else:
        os.chown(folder, owner, -1)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner:
        raise UnsafePlace(f"{folder} is not a folder of account {owner}; remove it and try again")
    folder.chmod(mode)


def open_to_everybody(folder: Path) -> bool:
    """Whether any account may already pass through every folder down to `folder`."""
    nearest = next(p for p in (folder, *folder.parents) if p.exists())
    return all(p.stat().st_mode & stat.S_IXOTH for p in (nearest, *nearest.parents))


def server_account() -> str | None:
    """The account PostgreSQL runs under: its own when we are root, else None for ours."""
    return SERVER_ACCOUNT if os.geteuid() == 0 else None


def server_uid() -> int:
    account = server_account()
    if account is None:
        return os.geteuid()
    try:
        return pwd.getpwnam(account).pw_uid
    except KeyError:
        subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", account],
            check=True,
            capture_output=True,
        )
        return pwd.getpwnam(account).pw_uid
