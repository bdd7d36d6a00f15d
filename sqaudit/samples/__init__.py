"""Samples on disk: drawn, stored with everything that proves them, read back, replaced case by case."""

from sqaudit.samples.earlier import EarlierSample, earlier_samples
from sqaudit.samples.model import Sample
from sqaudit.samples.replacements import read_replacements, replace_case, standing_cases
from sqaudit.samples.store import read_sample, sample_folder, write_sample
from sqaudit.samples.taking import draw, sample_sizes_of

__all__ = [
    "EarlierSample",
    "Sample",
    "draw",
    "earlier_samples",
    "read_replacements",
    "read_sample",
    "replace_case",
    "sample_folder",
    "sample_sizes_of",
    "standing_cases",
    "write_sample",
]
