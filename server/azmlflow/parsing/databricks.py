"""Python scripts that Databricks exports: cells between `# COMMAND`, what is not Python behind `# MAGIC`."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from azmlflow.parsing.base import Text
from azmlflow.parsing.cells import Cell, CellKind
from azmlflow.parsing.magics import Magics, read_magics
from azmlflow.patterns import pattern

HEADER: Final = "# Databricks notebook source"
COMMAND: Final = "# COMMAND ----------"
MAGIC: Final = pattern(r"^# (?:MAGIC ?|DBTITLE[^\r\n]*)", re.MULTILINE)


def split_databricks(text: Text) -> tuple[Cell, ...] | None:
    """Return the cells of a Databricks export, or None for any other script.

    A cell's lines count from its `first_line` in the file; its columns are the file's, `# MAGIC` is blanked.
    """
    if not text.line(0).removeprefix("\ufeff").startswith(HEADER):
        return None
    commands = (n for n in range(1, text.line_count) if text.line(n).startswith(COMMAND))
    bounds = [0, *commands, text.line_count]
    return tuple(_cell(text, i, first + 1, last) for i, (first, last) in enumerate(pairwise(bounds)))


def _cell(text: Text, index: int, first: int, last: int) -> Cell:
    value = text.value[text.offset(first, 0) : text.offset(last, 0)]
    if "# MAGIC" not in value:
        return Cell(index, "code", Text(value), Magics(value, (), "python"), first_line=first)
    blanked = MAGIC.sub(lambda match: " " * len(match[0]), value)
    read = read_magics(Text(blanked), databricks=True)
    if read.language == "python":  # to Python its magics are comments already
        read = Magics(value, read.magics, "python")
        return Cell(index, "code", Text(value), read, first_line=first)
    kind: CellKind = "markdown" if read.language == "markdown" else "code"
    return Cell(index, kind, Text(blanked), read, first_line=first)
