"""Empty machines with Debian 12 and a systemd of their own, booted by systemd-nspawn in the memory of this one."""

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

PROGRAMS = ("mmdebstrap", "systemd-nspawn", "nsenter", "ip", "curl")
SUITE = "bookworm"
# Manuals and translations are not what is tried, and half of what is written.
LEAVE_OUT = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*")
BOOT_SECONDS = 60


def missing() -> str:
    """What keeps this machine from booting others, in words; "" when nothing does."""
    if os.geteuid() != 0:
        return "Only root can boot a machine."
    absent = [program for program in PROGRAMS if shutil.which(program) is None]
    return f"Not installed: {', '.join(absent)}." if absent else ""


def run(*command: str | Path, **options) -> str:
    """What a command of this machine prints on both streams. It must succeed."""
    done = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options,
    )  # fmt: skip
    assert done.returncode == 0, f"{shlex.join(map(str, command))}\n{done.stdout}"
    return done.stdout


@contextlib.contextmanager
def memory(folder: Path) -> Iterator[Path]:
    """The folder as a disk in memory, where nothing waits for a disk, and nothing is left of it afterwards."""
    folder.mkdir()
    run("mount", "-t", "tmpfs", "-o", "size=4g,mode=755", "machines", folder)
    try:
        yield folder
    finally:
        run("umount", "--recursive", "--lazy", folder)


def empty_root(folder: Path) -> Path:
    """Debian with the least that its installer puts there, and systemd. Its lists of packages are of this hour."""
    root = folder / "empty"
    excluded = [f"--dpkgopt=path-exclude={path}" for path in LEAVE_OUT]
    run(
        "mmdebstrap", "--quiet", "--variant=minbase", "--include=systemd-sysv,procps", "--skip=cleanup/apt/lists",
        *excluded, SUITE, root,
        env=os.environ | {"TMPDIR": str(folder)},
    )  # fmt: skip
    # For what is fetched; a machine's own network knows nobody.
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    return root


class Machine:
    """A machine of its own: its files, and once it is booted its processes and its network.

    ``below`` are the folders that its files begin with, the upper ones first; what it writes comes into ``written``.
    ``shared`` are folders of this machine with their places on that one, ``variables`` the environment of all its commands.
    """

    def __init__(self, name: str, below: list[Path], *, shared: dict[Path, str], variables: dict[str, str]):
        self.name = name
        folder = below[-1].parent
        self.root, self.written, work = (folder / f"{name} {part}" for part in ("root", "written", "work"))
        for path in (self.root, self.written, work):
            path.mkdir()
        layers = f"lowerdir={':'.join(map(str, below))},upperdir={self.written},workdir={work}"
        run("mount", "-t", "overlay", "-o", layers, name, self.root)
        self._shared = shared
        self._variables = variables

    @contextlib.contextmanager
    def booted(self) -> Iterator[None]:
        """Its systemd runs for as long as the block does; then somebody pulls the plug."""
        binds = [f"--bind-ro={source}:{place}" for source, place in self._shared.items()]
        spawned = subprocess.Popen(
            [
                "systemd-nspawn", f"--directory={self.root}", f"--machine={self.name}", "--boot", "--private-network",
                "--register=no", "--keep-unit", "--quiet", "--resolv-conf=off", "--timezone=off", "--link-journal=no",
                "--console=pipe", *binds,
            ],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            self.leader = _first_process(spawned)
            # "degraded" is up, too: a unit of Debian may want hardware that is not there.
            self.run("systemctl is-system-running --wait || true")
            yield
        finally:
            with contextlib.suppress(AttributeError, ProcessLookupError):
                os.kill(int(self.leader), signal.SIGKILL)
            spawned.kill()
            spawned.wait()

    def run(self, script: str, *, outside: bool = False) -> str:
        """What the lines print as root. Each of them must succeed. ``outside`` is for what fetches something: they are in the
        network of this machine then. The machine's own has ports 80 and 443 free, and leads nowhere.
        """
        namespaces = ["--mount", "--uts", "--ipc", "--pid", "--root", "--wd", *([] if outside else ["--net"])]
        variables = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}
        return run(
            "nsenter", f"--target={self.leader}", *namespaces, "bash", "-euo", "pipefail", "-c", script,
            env=variables | {"LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"} | self._variables,
        )  # fmt: skip


def _first_process(spawned: subprocess.Popen) -> str:
    """The process id, here, of a booted machine's systemd, as soon as it can be asked something."""
    deadline = time.monotonic() + BOOT_SECONDS
    while time.monotonic() < deadline and spawned.poll() is None:
        for child in Path(f"/proc/{spawned.pid}/task/{spawned.pid}/children").read_text().split():
            if Path("/proc", child, "root", "run/systemd/private").exists():
                return child
        time.sleep(0.1)
    raise RuntimeError("A machine did not boot.")


def connect(machines: dict[str, Machine]) -> None:
    """Lay a cable between two machines, which get these addresses."""
    one, other = machines.values()
    run("ip", "link", "add", "cable", "netns", one.leader, "type", "veth", "peer", "cable", "netns", other.leader)
    for address, machine in machines.items():
        for words in (f"address add {address}/24 dev cable", "link set cable up"):
            run("nsenter", f"--target={machine.leader}", "--net", "ip", *words.split())
