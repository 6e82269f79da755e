"""Copies as files that people read: the press that makes their faces, and what guards it from layouts.

A layout file comes from outside. PDF is parsed in a process of its own (`worker`) that has so much
time and memory and no more; what it may hold is `pdf_guard`'s business, OFD is `ofd_guard`'s.
"""
