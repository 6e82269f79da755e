"""WHAT MAY BE ASKED: one service a subject, over ports only."""
