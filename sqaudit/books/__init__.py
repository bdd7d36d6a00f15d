"""Books on disk: read back, performed again, and compared with one another."""

from sqaudit.books.reperform import Verification, verify_book
from sqaudit.books.stored import StoredBook, read_book

__all__ = ["StoredBook", "Verification", "read_book", "verify_book"]
