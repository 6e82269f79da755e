"""What the label of a copy says of it."""

from __future__ import annotations

from ledger.domain.field_list import FieldList
from ledger.domain.label import UseTerms
from ledger.service.check_uses import GrantedUse


def terms_of(asked: GrantedUse, license_id: str, listed: FieldList, grade: int) -> UseTerms:
    """The terms of a copy.

    Args:
        asked: The request with its grant.
        license_id: Whose fields they are, or the digest of the row, 0x-hex.
        listed: The published list of the resource's fields.
        grade: The highest of the fields that are handed out.
    """
    request, grant, resource = asked.request, asked.grant, asked.resource
    return UseTerms(
        ledger_id=request.ledger_id,
        license_id=license_id,
        owner=resource.owner,
        code=resource.code,
        version=grant.version,
        listed=listed,
        grade=grade,
        purpose_code=grant.purpose,
        purpose=request.purpose,
        item=grant.item,
        grantee=request.grantee,
        grantee_name=request.grantee_name,
        grant=grant.grant_id,
        request=request.digest,
        until=grant.until,
    )
