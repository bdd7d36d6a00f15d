"""sqaudit: from service records and a written standard to a dated, traceable audit book."""
