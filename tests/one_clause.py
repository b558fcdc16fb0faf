"""A sound clause of a few lines, which tests change in one place."""

from __future__ import annotations

YAML = """kind: norm
documents: [guidelines]
scope: country
principles: [GOV.ACC]
topic: governance-bodies
stance: require
strength: shall
bearer: agency
cites: ["ICCPR 17"]
"""
