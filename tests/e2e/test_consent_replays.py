"""What a holder said once is good once: a consent after it was taken back, and for a later request."""

from __future__ import annotations

import json
from pathlib import Path

from ledger.domain.form_text import form_text
from tests.e2e.sharers import Holder, Sharing


def test_a_consent_that_was_taken_back_counts_no_more_however_it_comes(
    sharing: Sharing, holder: Holder, tmp_path: Path
) -> None:
    resource = sharing.resource()
    grant, request = sharing.asked(resource, holder.license_id)
    _, file = holder.consent(request)
    code = form_text(json.loads(file.read_text()))
    assert sharing.done("grant", "consent", code)["standing"] == "IN_EFFECT"
    back = holder.take_back(grant)
    assert sharing.done("grant", "consent", str(back))["standing"] == "WITHDRAWN"
    again = sharing.run("grant", "consent", code)
    assert again.data["standing"] == "WITHDRAWN", "it changes nothing"
    assert sharing.standing(grant) == "WITHDRAWN"
    later, asked = sharing.asked(resource, holder.license_id)
    form = json.loads(file.read_text())
    form["values"]["grant"] = later
    moved = sharing.run("grant", "consent", form_text(form))
    assert (moved.status, moved.data["code"]) == (1, "SIGNATURE_REFUSED")
    assert sharing.standing(later) == "PENDING"
    order = json.loads(asked.read_text())
    for change in ({"fields": ["name"]}, {"until": "2057-12-31T00:00:00Z"}, {"grant": grant}):
        shown = holder.folder / "shown.txt"
        shown.write_text(form_text({**order, **change}))
        refused, _ = holder.consent(shown)
        assert (refused.status, refused.data["code"]) == (1, "GRANT_REQUEST_FALSE"), change
