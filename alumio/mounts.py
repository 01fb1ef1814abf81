"""On what kind of file system a folder lies."""

from pathlib import Path

MOUNTS = Path("/proc/self/mounts")
# File systems on which SQLite's locks do not hold between machines, as the kernel names them.
NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "ceph", "afs"}


def file_system(path: Path) -> str:
    """The type of the file system a path lies on; "" where the kernel does not tell."""
    if not MOUNTS.exists():
        return ""
    best = ("", "")
    for line in MOUNTS.read_text(errors="replace").splitlines():
        _, place, kind, *_ = line.split()
        place = place.replace("\\040", " ")
        if path.is_relative_to(place) and len(place) >= len(best[0]):
            best = (place, kind)
    return best[1]


def on_network(path: Path) -> bool:
    return file_system(path.resolve()) in NETWORK_FILE_SYSTEMS
