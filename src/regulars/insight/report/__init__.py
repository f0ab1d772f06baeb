"""The report: one page, lists as files, and a summary for programs."""
