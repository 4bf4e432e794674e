"""The wheel, built and installed outside the repository, answers from an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.slow
def test_wheel_runs_elsewhere(tmp_path: Path) -> None:
    build = "import hatchling.build as b, sys; print(b.build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", build, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    wheel = tmp_path / done.stdout.split()[-1]
    home = tmp_path / "env"
    venv.create(home, with_pip=False, system_site_packages=False)
    site = next((home / "lib").glob("python*/site-packages"))
    # The dependencies are those of the running environment; the program itself comes from the wheel alone.
    outer = next(p for p in sys.path if p.endswith("site-packages"))
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", str(site), str(wheel)],
        check=True,
    )
    (site / "dependencies.pth").write_text(outer + "\n")
    empty = tmp_path / "empty"
    empty.mkdir()
    env = {"HOME": str(tmp_path / "home"), "PATH": os.environ["PATH"], "LANG": "zh_CN.UTF-8", "PYTHONNOUSERSITE": "1"}

    def kg(*args: str) -> str:
        command = [str(home / "bin" / "python"), "-m", "kg", *args]
        return subprocess.run(command, cwd=empty, env=env, capture_output=True, text=True, check=True).stdout

    where = [str(home / "bin" / "python"), "-c", "import kg; print(kg.__file__)"]
    assert str(site) in subprocess.run(where, cwd=empty, env=env, capture_output=True, text=True, check=True).stdout
    assert "蓝箭航天" in kg("chain", "商业航天")
    assert "landspace" in kg("find", "蓝箭")
    assert len(kg("query", "market-size", "industry=具身智能", "--format", "tsv").splitlines()) > 5
    assert kg("export", "--format", "ntriples").count("\n") > 5000
    kg("draw", "6G", "-o", str(tmp_path / "6g.html"))
    assert (tmp_path / "6g.html").stat().st_size > 100_000
