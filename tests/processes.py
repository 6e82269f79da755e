"""Processes that tests start: forked from one without threads, or a lock could be held for ever."""

from __future__ import annotations

import multiprocessing

START = multiprocessing.get_context("forkserver")
START.set_forkserver_preload(["ledger.bootstrap", "sqlalchemy.dialects.sqlite", "pytest", "hypothesis"])
