"""Who a report is for: the review it tells, the language it is told in, and the names it uses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from matplotlib.figure import Figure

from sqaudit.params import Language
from sqaudit.present import blocks
from sqaudit.present.blocks import Block, Drawn
from sqaudit.present.definitions import labels_of
from sqaudit.present.words import Labels, Tongue, named, say, tongues
from sqaudit.review import Review

BothTongues = dict[str, str]


@dataclass(frozen=True)
class Reader:
    """A review and the language of its reader; `both` and its kin give texts in each tongue.

    `among_others` says that other standards stand on the same page, so that headings have to name theirs.
    """

    review: Review
    among_others: bool = False

    @property
    def language(self) -> Language:
        """Chinese, English or both."""
        return self.review.run.language

    @cached_property
    def labels(self) -> Labels:
        """What a reader calls the ids of the standard."""
        return labels_of(self.review.standard)

    def heading(self, key: str, level: int = 2, **fields: object) -> Block:
        """A heading from the wording."""
        return blocks.heading(key, level, self.language, **fields)

    def opening(self, key: str, *intro: str) -> list[Block]:
        """The heading of a part with what introduces it; among others only the name of the standard."""
        if self.among_others:
            return [self.heading("plain.text", 3, text=self.review.standard.title.both())]
        return [self.heading(key), *map(self.text, intro)]

    def segment_title(self, segment: str) -> BothTongues:
        """By what a comparison is made, as a heading."""
        name = self.name(segment, "segment")
        return self.both(lambda tongue: say("caption.segments", tongue, segment=name[tongue]))

    def text(self, key: str, *, kind: str = "", **fields: object) -> Block:
        """A paragraph from the wording."""
        return blocks.text(key, self.language, kind=kind, **fields)

    def figure(self, make: Callable[[Tongue], Figure], alt: Callable[[Tongue], str]) -> Block:
        """A figure with its description."""
        return blocks.figure_block(make, alt, self.language)

    def panels(self, make: Callable[[Tongue], Sequence[Drawn]], *, wide: bool = False) -> Block:
        """Small drawings side by side."""
        return blocks.panels(make, self.language, wide=wide)

    def both(self, text: Callable[[Tongue], str]) -> BothTongues:
        """A text in each tongue."""
        return {tongue: text(tongue) for tongue in tongues("both")}

    def name(self, identifier: str, family: str | None = None) -> BothTongues:
        """What a reader calls an id."""
        return self.both(lambda tongue: named(self.labels, identifier, tongue, family))

    def word(self, key: str) -> BothTongues:
        """A wording in each tongue."""
        return self.both(lambda tongue: say(key, tongue))
