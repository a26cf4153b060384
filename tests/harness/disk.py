"""A disk of its own in a file, whose power can be cut: what was not synced by then is gone. Needs root."""

import os
import pathlib
import shutil
import subprocess
import tempfile

SIZE = 600 * 1024 * 1024


def missing():
    """Why there can be no such disk here, or None."""
    if os.geteuid() != 0:
        return "only root may make a disk"
    for program in ("losetup", "mkfs.xfs", "xfs_io", "mount"):
        if not shutil.which(program):
            return f"{program} is not installed"
    made = subprocess.run(["losetup", "-f"], capture_output=True, text=True)
    return None if made.returncode == 0 else f"there is no loop device: {made.stderr.strip()}"


class Disk:
    """xfs on a loop device. `home` is where it is mounted."""

    def __enter__(self):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="chat-disk-"))
        # Whoever is not root must get through to what lies below.
        self.place.chmod(0o755)
        self.home = self.place / "home"
        self.home.mkdir()
        image = self.place / "image"
        with open(image, "wb") as file:
            file.truncate(SIZE)
        run("mkfs.xfs", "-q", image)
        self.device = run("losetup", "-f", "--show", image).strip()
        self._mount()
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.home], capture_output=True)
        run("losetup", "-d", self.device)
        shutil.rmtree(self.place, ignore_errors=True)

    def cut(self):
        """The power goes, now: nothing more is written, not even the file system's own log."""
        run("xfs_io", "-x", "-c", "shutdown", self.home)

    def come_back(self):
        """The machine starts again; nobody may hold a file open any more."""
        run("umount", self.home)
        self._mount()

    def _mount(self):
        run("mount", self.device, self.home)


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout
