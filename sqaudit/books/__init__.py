"""Books on disk: read back, performed again, and compared with one another."""

from sqaudit.books.compare import Comparison, compare_books, compare_with
from sqaudit.books.reperform import Verification, verify_book
from sqaudit.books.stored import StoredBook, read_book

__all__ = [
    "Comparison", "StoredBook", "Verification", "compare_books", "compare_with", "read_book", "verify_book",
]  # fmt: skip
