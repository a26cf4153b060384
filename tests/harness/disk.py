"""A disk of its own in a file, whose power can be cut: whatever was not synced is lost. Needs root."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import time

SIZE = 600 * 1024 * 1024


def missing(*programs):
    """Returns why there can be no such disk here, or None. `programs` are needed besides."""
    if os.geteuid() != 0:
        return "only root may make a disk"
    for program in ("losetup", "mkfs.xfs", "xfs_io", "mount", *programs):
        if not shutil.which(program):
            return f"{program} is not installed"
    made = subprocess.run(["losetup", "-f"], capture_output=True, text=True)
    return None if made.returncode == 0 else f"there is no loop device: {made.stderr.strip()}"


class Disk:
    """xfs on a loop device, mounted at `home`."""

    def __enter__(self):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="chat-disk-"))
        # Users other than root must be able to reach what is below.
        self.place.chmod(0o755)
        self.home = self.place / "home"
        self.home.mkdir()
        image = self.place / "image"
        with open(image, "wb") as file:
            file.truncate(SIZE)
        run("mkfs.xfs", "-q", image)
        self.device = self._device(image)
        self._mount()
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.home], capture_output=True)
        self._remove_device()
        shutil.rmtree(self.place, ignore_errors=True)

    def cut(self):
        """Cuts the power: from now on nothing is written, not even the file system's log."""
        run("xfs_io", "-x", "-c", "shutdown", self.home)

    def come_back(self):
        """Starts the machine again. No process may have a file of this disk open."""
        run("umount", self.home)
        self._mount()

    def _device(self, image):
        return run("losetup", "-f", "--show", image).strip()

    def _remove_device(self):
        run("losetup", "-d", self.device)

    def _mount(self):
        run("mount", self.device, self.home)


class FailingDisk(Disk):
    """A disk on a device that can be told to answer every write with an error."""

    def __enter__(self):
        self.fuse = None
        return super().__enter__()

    def __exit__(self, *_):
        super().__exit__()
        if self.fuse:
            self.fuse.wait(30)

    def fail(self):
        self._switch.touch()

    def come_back(self):
        self._switch.unlink()
        super().come_back()

    @property
    def _switch(self):
        return self.place / "fails"

    def _device(self, image):
        """Makes the device: nbdkit serves the image, and nbdfuse shows that as a file."""
        shown = self.place / "shown"
        shown.touch()
        command = ["nbdfuse", shown, "--command", "nbdkit", "-s", "--exit-with-parent", "--filter=error", "file", image]
        command += ["error=EIO", "error-pwrite-rate=1", f"error-pwrite-file={self._switch}"]
        self.fuse = subprocess.Popen([str(part) for part in command], stderr=subprocess.DEVNULL)
        for _ in range(600):
            if shown.stat().st_size:
                return super()._device(shown)
            assert self.fuse.poll() is None, "nbdfuse ended"
            time.sleep(0.1)
        raise AssertionError("nbdfuse shows nothing")

    def _remove_device(self):
        super()._remove_device()
        run("umount", self.place / "shown")


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout
