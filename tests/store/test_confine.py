"""A confined process opens no socket and takes no more memory, and everything else in it works as before."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from conftest import Trap
from kg.graph import KnowledgeGraph
from kg.store.confine import network_closed
from processes import eventually

FILTERED = sys.platform == "linux" and os.uname().machine in ("x86_64", "aarch64")
CLOSED = FILTERED or sys.platform == "darwin"
closes = pytest.mark.skipif(not CLOSED, reason="this system has no means that kg knows (docs/decisions/0017)")
filters = pytest.mark.skipif(not FILTERED, reason="of the filter of Linux")


def run(code: str, *args: str) -> str:
    """What *code* prints in a process of its own, into which ``confine`` is imported."""
    whole = f"import sys\nfrom kg.store.confine import confine\n{textwrap.dedent(code)}"
    done = subprocess.run([sys.executable, "-c", whole, *args], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_machine_says_whether_the_network_is_closed() -> None:
    assert network_closed() is CLOSED


# -- sockets ------------------------------------------------------------------------------------------------

CALL = """
import socket
import pyoxigraph as ox
port = int(sys.argv[1])
if sys.argv[2] == "confined":
    confine(2**30)
try:
    list(ox.Store().query(f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}"))
except OSError as error:
    print(error)
try:
    socket.create_connection(("127.0.0.1", port)).close()
except OSError as error:
    print(type(error).__name__)
"""


@closes
def test_no_query_opens_a_connection(trap: Trap) -> None:
    """The query that the guard would have refused reaches the engine's own client; in a free process it does call."""
    told = run(CALL, str(trap.port), "confined")
    assert "Permission denied" in told or "not permitted" in told
    assert told.endswith("PermissionError")
    assert trap.calls == []
    told = run(CALL, str(trap.port), "free")
    assert eventually(lambda: len(trap.calls) == 2), told  # the engine's and the test's own: the trap does work


@closes
def test_threads_of_before_and_programs_started_later_are_held_too() -> None:
    code = """
    import socket, subprocess, threading
    confined, told = threading.Event(), []
    def late():
        confined.wait()
        try:
            socket.socket()
        except PermissionError:
            told.append("refused")
    thread = threading.Thread(target=late)
    thread.start()
    confine(2**30)
    confined.set()
    thread.join()
    child = subprocess.run([sys.executable, "-c", "import socket; socket.socket()"], capture_output=True, text=True)
    print(*told, child.stderr.splitlines()[-1])
    """
    assert run(code).startswith("refused PermissionError")


@filters
def test_no_other_call_opens_a_socket() -> None:
    """Neither io_uring_setup nor, on x86_64, the second set of call numbers (x32) opens one."""
    code = """
    import ctypes, errno, os
    libc = ctypes.CDLL(None, use_errno=True)
    confine(2**30)
    numbers = [425, *([0x40000000 + 41] if os.uname().machine == "x86_64" else [])]
    for number in numbers:
        assert libc.syscall(ctypes.c_long(number), 2, 1, 0) == -1
        assert ctypes.get_errno() == errno.EACCES, (number, ctypes.get_errno())
    print("refused")
    """
    assert run(code) == "refused"


def test_files_modules_and_the_index_open_as_before(world: KnowledgeGraph) -> None:
    code = """
    import pyoxigraph as ox
    early = ox.Store.read_only(sys.argv[1])
    confine(2**30)
    import xml.dom.minidom
    from pathlib import Path
    late = ox.Store.read_only(sys.argv[1])
    rows = [len(list(store.query("SELECT * { ?s ?p ?o }"))) for store in (early, late)]
    print(*rows, len(Path(xml.dom.minidom.__file__).read_text()) > 0)
    """
    rows = str(world.manifest["counts"]["default"])
    assert run(code, str(world.path / "index")) == f"{rows} {rows} True"


# -- memory -------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system does not tell what a process has")
def test_memory_is_held() -> None:
    code = """
    confine(2**26)
    bytearray(2**25)
    try:
        bytearray(2**27)
    except MemoryError:
        print("held")
    """
    assert run(code) == "held"


def test_limits_cannot_be_had_back() -> None:
    code = """
    import resource
    confine(2**26)
    for kind in (resource.RLIMIT_CORE, *([resource.RLIMIT_AS] if sys.platform == "linux" else [])):
        soft, hard = resource.getrlimit(kind)
        assert soft == hard != resource.RLIM_INFINITY
    print("held")
    """
    assert run(code) == "held"


def test_a_lower_limit_of_the_system_stays() -> None:
    """``ulimit -v`` below what is given holds on, and is no error."""
    code = """
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (2**32, 2**32))
    confine(2**34)
    print(resource.getrlimit(resource.RLIMIT_AS)[1] <= 2**32)
    """
    assert run(code) == "True"
