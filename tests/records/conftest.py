"""The small standard and the ways to open an audit over one source, shared with the tests of sources."""

from tests.sources.conftest import folder, opened, read_csv

__all__ = ["folder", "opened", "read_csv"]
