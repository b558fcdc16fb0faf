"""Copies the built-in content into the wheel; everything else about the package stands in pyproject.toml."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

CONTENT = ("clauses", "intake/questionnaires", "intake/findings", "intake/mappings", "intake/examples", "templates")
"""Folders of the checkout that an installed command needs; they land under pipeline/data/ by the same names."""


class BuildWithContent(build_py):
    def run(self) -> None:
        super().run()
        if self.editable_mode:  # an editable install reads the checkout itself
            return
        for source, target in self._content():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        return super().get_outputs(include_bytecode) + [str(target) for _, target in self._content()]

    def _content(self) -> list[tuple[Path, Path]]:
        root = Path(__file__).resolve().parent
        data = Path(self.build_lib) / "pipeline" / "data"
        found = (f.relative_to(root) for folder in CONTENT for f in sorted((root / folder).rglob("*")) if f.is_file())
        kept = [f for f in found if not any(part.startswith((".", "__")) for part in f.parts)]
        return [(root / f, data / f) for f in kept]


setup(cmdclass={"build_py": BuildWithContent})
