"""Error texts: wallet, challenges, presentations, QR codes."""

from __future__ import annotations

from ledger.errors.texts.text import Text

_NEW_CODE_ZH = "请核验方重新出具核验请求，持证人重新亮证。"
_NEW_CODE_EN = "The verifier makes a new challenge; the holder presents again."

TEXTS: dict[str, Text] = {
    # --- QR texts ---
    "QR_TEXT_MALFORMED": Text(
        zh="不是亮证二维码的内容（{reason}）。",
        en="Not the text of a presentation QR code ({reason}).",
        remedy_zh="亮证二维码以 EL1: 开头；请重新扫描整个二维码。",
        remedy_en="Its text begins with EL1:; scan the whole code again.",
    ),
    "CBOR_MALFORMED": Text(
        zh="二维码内容不是规范编码（{reason}）。",
        en="The QR code's content is not in its canonical encoding ({reason}).",
        remedy_zh="重新扫描；若再次失败，请持证人用最新版本重新亮证。",
        remedy_en="Scan again; if it fails once more, ask the holder to present with a current wallet.",
    ),
    "CODE_IS_SHORT": Text(
        zh="这是短码，其中没有证照内容。",
        en="This is a short code; it carries nothing of a license.",
        remedy_zh="使用 .elic.json 证照文件，或带全部内容的离线码（--offline）。",
        remedy_en="Use the license file (.elic.json) or an offline code, which carries everything.",
    ),
    "PRESENTATION_MALFORMED": Text(
        zh="亮证内容的形式不对（{part}）。",
        en="The presentation is not well formed ({part}).",
        remedy_zh="请持证人重新亮证；若再次失败，不予采信。",
        remedy_en="Ask the holder to present again; if it fails once more, do not rely on it.",
    ),
    "PRESENTATION_TOO_LARGE": Text(
        zh="亮证内容有 {size} 字节，最多 {limit} 字节。",
        en="The presentation has {size} bytes; {limit} is the most.",
        remedy_zh="少出示几个字段，或不用 --offline。",
        remedy_en="Show fewer fields, or present without --offline.",
    ),
    "FORM_TEXT_MALFORMED": Text(
        zh="不是完整的申请或签名二维码内容。",
        en="Not the whole text of a request's or an answer's QR code.",
        remedy_zh="其内容以 EL2: 开头；请重新扫描整个二维码，或改用文件。",
        remedy_en="Its text begins with EL2:; scan the whole code again, or use the file.",
    ),
    "FORM_TOO_LARGE": Text(
        zh="内容压缩后有 {size} 字节，二维码最多 {limit} 字节。",
        en="Packed, it has {size} bytes; a QR code holds {limit}.",
        remedy_zh="不用 --png，以文件交付（--out）。",
        remedy_en="Leave out --png and hand the file over (--out).",
    ),
    "QR_NOT_FOUND": Text(
        zh="图片 {path} 中没有可读的二维码。",
        en="No readable QR code in the image {path}.",
        remedy_zh="换一张清晰、完整的图片。",
        remedy_en="Use a sharp picture of the whole code.",
    ),
    "QR_AMBIGUOUS": Text(
        zh="图片 {path} 中有 {count} 个二维码，不知道用哪一个。",
        en="The image {path} holds {count} QR codes; which one is meant is unclear.",
        remedy_zh="只拍一个二维码。",
        remedy_en="Take a picture of one code only.",
    ),
    "IMAGE_UNREADABLE": Text(
        zh="不能读取图片 {path}（{reason}）。",
        en="The image {path} cannot be read ({reason}).",
        remedy_zh="使用 PNG 或 JPEG，不超过 4000 万像素。",
        remedy_en="Use PNG or JPEG of at most 40 million pixels.",
    ),
    # --- challenge ---
    "CHALLENGE_MALFORMED": Text(
        zh="核验请求的形式不对（{field}）。",
        en="The challenge is not well formed ({field}).",
        remedy_zh="请核验方用 elicense wallet challenge 重新出具。",
        remedy_en="Ask the verifier for a new one, made by elicense wallet challenge.",
    ),
    "CHALLENGE_SIGNATURE_BAD": Text(
        zh="核验请求的签名不成立，内容可能被改动。",
        en="The challenge's signature does not hold; it may have been altered.",
        remedy_zh="不要亮证；请核验方重新出具。",
        remedy_en="Do not present; ask the verifier for a new challenge.",
    ),
    "VERIFIER_NOT_REGISTERED": Text(
        zh="账本上没有登记 {uscc} 的这把密钥，核验请求可能是冒名的。",
        en="The ledger holds no such key of {uscc}; somebody may be using that name.",
        remedy_zh="不要亮证；请核验方用其登记的密钥重新出具。",
        remedy_en="Do not present; ask the verifier for a challenge signed with its registered key.",
    ),
    "CHALLENGE_EXPIRED": Text(
        zh="核验请求已过期。",
        en="The challenge has expired.",
        remedy_zh=_NEW_CODE_ZH,
        remedy_en=_NEW_CODE_EN,
    ),
    "CHALLENGE_TOO_LONG": Text(
        zh="核验请求的有效时间超过上限，或双方时钟相差太大。",
        en="The challenge lives longer than allowed, or the two clocks differ too much.",
        remedy_zh="有效时间最多 300 秒；检查双方的时钟。",
        remedy_en="300 seconds is the most; check both clocks.",
    ),
    "TTL_OUT_OF_RANGE": Text(
        zh="有效时间 {ttl} 秒不在 1 到 {limit} 秒之间。",
        en="A lifetime of {ttl} seconds is not between 1 and {limit}.",
        remedy_zh="用 --ttl 指定 1 到 {limit} 秒，默认 60 秒。",
        remedy_en="Set --ttl from 1 to {limit} seconds; 60 is the default.",
    ),
    "CHALLENGE_UNKNOWN": Text(
        zh="没有编号为 {id} 的核验请求，或已过期。",
        en="No challenge is known under {id}, or it has expired.",
        remedy_zh=_NEW_CODE_ZH,
        remedy_en=_NEW_CODE_EN,
    ),
    "CHALLENGE_NEEDED": Text(
        zh="不知道这次亮证回应的是哪一个核验请求。",
        en="Which challenge this presentation answers is not known here.",
        remedy_zh="用 --challenge 指定核验请求文件。",
        remedy_en="Name the challenge's file with --challenge.",
    ),
    # --- presentation ---
    "STALE_PRESENTATION": Text(
        zh="亮证已过期、已被使用，或不是回应这次核验的。",
        en="The presentation is expired, already used, or answers another challenge.",
        remedy_zh=_NEW_CODE_ZH,
        remedy_en=_NEW_CODE_EN,
    ),
    "PRESENTATION_EXPIRED": Text(
        zh="亮证已过期。",
        en="The presentation has expired.",
        remedy_zh=_NEW_CODE_ZH,
        remedy_en=_NEW_CODE_EN,
    ),
    "PRESENTATION_FROM_FUTURE": Text(
        zh="亮证的时间在将来。",
        en="The presentation was made in the future.",
        remedy_zh="检查持证人设备的时钟，然后重新亮证。",
        remedy_en="Check the clock of the holder's device, then present again.",
    ),
    "PRESENTATION_BEFORE_CHALLENGE": Text(
        zh="亮证的时间早于核验请求。",
        en="The presentation was made before its challenge.",
        remedy_zh="检查出示一方的时钟，然后重新出示。",
        remedy_en="Check the clock of who presents, then present again.",
    ),
    "PRESENTATION_TOO_LONG": Text(
        zh="亮证的有效时间超过上限或超过核验请求。",
        en="The presentation lives longer than allowed or than its challenge.",
        remedy_zh=_NEW_CODE_ZH,
        remedy_en=_NEW_CODE_EN,
    ),
    "PRESENTATION_REPLAYED": Text(
        zh="这次核验请求已经被回应过一次。",
        en="This challenge was already answered once.",
        remedy_zh=_NEW_CODE_ZH,
        remedy_en=_NEW_CODE_EN,
    ),
    "PRESENTATION_UNKNOWN": Text(
        zh="核验方的接口上没有这次亮证 {id}，或已过期。",
        en="The verifier's API holds no presentation {id}, or no longer.",
        remedy_zh="请持证人重新亮证，或用 --offline 亮证。",
        remedy_en="Ask the holder to present again, or to present with --offline.",
    ),
    "PRESENTATION_MIXED_UP": Text(
        zh="核验方接口给出的不是二维码所指的亮证。",
        en="What the verifier's API gave is not the presentation that the QR code names.",
        remedy_zh="不予采信；请持证人用 --offline 重新亮证，并检查该接口。",
        remedy_en="Do not rely on it; ask the holder to present with --offline, and look at that API.",
    ),
    "PRESENTATIONS_FULL": Text(
        zh="同一核验请求下的亮证太多。",
        en="Too many presentations were left for one challenge.",
        remedy_zh=_NEW_CODE_ZH,
        remedy_en=_NEW_CODE_EN,
    ),
    "PRESENTATION_API_OUTAGE": Text(
        zh="核验方的接口无法访问（{reason}）。",
        en="The verifier's API cannot be reached ({reason}).",
        remedy_zh="稍后再试，或用 --offline 亮证。",
        remedy_en="Try again later, or present with --offline.",
    ),
    "PRESENTATION_REFUSED": Text(
        zh="核验方的接口拒绝了这次亮证（{reason}）。",
        en="The verifier's API refused the presentation ({reason}).",
        remedy_zh=_NEW_CODE_ZH,
        remedy_en=_NEW_CODE_EN,
    ),
    "REDEMPTIONS_OUTAGE": Text(
        zh="核验方的亮证记录库不可用（{reason}），不能确认是否重复使用。",
        en="The verifier's store of presentations cannot be used ({reason}): "
        "whether this one was used before is unknown.",
        remedy_zh="检查磁盘和权限后重试；在此之前不要采信。",
        remedy_en="Check disk and permissions, then try again; do not rely on it before.",
    ),
    "CHALLENGE_MISMATCH": Text(
        zh="亮证回应的是另一个核验请求。",
        en="The presentation answers another challenge.",
        remedy_zh=_NEW_CODE_ZH,
        remedy_en=_NEW_CODE_EN,
    ),
    "CHALLENGE_ALTERED": Text(
        zh="持证人看到的核验请求与这一份不同：核验方、目的或字段不一样。",
        en="The holder saw another challenge under this id: another verifier, purpose or other fields.",
        remedy_zh="不予采信；可能有人居中转递。重新出具核验请求。",
        remedy_en="Do not rely on it; somebody may stand in between. Make a new challenge.",
    ),
    "FIELDS_NOT_ASKED": Text(
        zh="核验请求没有要求这些字段：{fields}。",
        en="The challenge does not ask for: {fields}.",
        remedy_zh="只出示核验请求列出的字段。",
        remedy_en="Show only the fields that the challenge names.",
    ),
    "FIELDS_MISSING": Text(
        zh="核验请求要求的字段没有出示：{fields}。",
        en="Fields that the challenge asks for are not shown: {fields}.",
        remedy_zh="请持证人同意出示这些字段，或改用其他材料。",
        remedy_en="Ask the holder to show them too, or ask for other evidence.",
    ),
    "LICENSE_NOT_ASKED": Text(
        zh="核验请求没有要求证照 {identifier} 中的任何字段。",
        en="The challenge asks for no field of the license {identifier}.",
        remedy_zh="不要出示这份证照，或用 --fields 写出它被要求的字段。",
        remedy_en="Leave this license out, or name a field of it that is asked for with --fields.",
    ),
    "LICENSES_TOO_MANY": Text(
        zh="一次亮证出示 1 到 {limit} 份证照，不是 {count} 份。",
        en="A presentation shows 1 to {limit} licenses, not {count}.",
        remedy_zh="分几次亮证，每次请核验方出具一个核验请求。",
        remedy_en="Present several times, each to a challenge of its own.",
    ),
    "LICENSES_OF_TWO_LEDGERS": Text(
        zh="这些证照记在不同的账本上。",
        en="These licenses are recorded on different ledgers.",
        remedy_zh="每个账本的证照分别亮证。",
        remedy_en="Present those of each ledger on their own.",
    ),
    "LICENSE_REPEATED": Text(
        zh="证照 {identifier} 写了两次。",
        en="The license {identifier} is named twice.",
        remedy_zh="每份证照只写一次。",
        remedy_en="Name each license once.",
    ),
    "FIELD_NOT_IN_LICENSE": Text(
        zh="证照中没有字段 {field}。",
        en="The license has no field {field}.",
        remedy_zh="证照中的字段：{known}。",
        remedy_en="Its fields: {known}.",
    ),
    "FIELD_AMBIGUOUS": Text(
        zh="字段 {field} 可能指 {known}。",
        en="The field {field} may mean any of {known}.",
        remedy_zh="写出完整路径。",
        remedy_en="Write the whole path.",
    ),
    "DISCLOSURE_MISMATCH": Text(
        zh="出示的字段与颁发机构签名的内容摘要不符。",
        en="The fields shown do not lead to the content digest that the issuer signed.",
        remedy_zh="不予采信，按篡改处理。",
        remedy_en="Do not rely on it; treat it as tampered.",
    ),
    "HOLDER_SIGNATURE_BAD": Text(
        zh="持证人签名不成立。",
        en="The holder's signature does not hold.",
        remedy_zh="不予采信；请持证人重新亮证。",
        remedy_en="Do not rely on it; ask the holder to present again.",
    ),
    "ATTESTATION_SIGNATURE_BAD": Text(
        zh="作证机构的签名不成立。",
        en="The signature of the body that vouches does not hold.",
        remedy_zh="不予采信；请该机构重新作证。",
        remedy_en="Do not rely on it; ask that body to vouch again.",
    ),
    "ATTESTATION_NOT_ALLOWED": Text(
        zh="核验请求不接受该机构代持证人作证。",
        en="The challenge does not accept that this body vouches for the holder.",
        remedy_zh="请持证人用绑定的设备亮证，或请核验方出具接受作证的核验请求（--attested）。",
        remedy_en="Present with the bound device, or ask the verifier for a challenge made with --attested.",
    ),
    "ATTESTATION_METHOD": Text(
        zh="没有 {method} 这种核对身份的方式。",
        en="There is no way {method} of identifying a person.",
        remedy_zh="用 --method 写出其中之一：{known}。",
        remedy_en="Name one of these with --method: {known}.",
    ),
    "ATTESTER_UNKNOWN": Text(
        zh="账本上没有登记作证的这把密钥。",
        en="The ledger holds no signing key such as the one that vouches.",
        remedy_zh="不予采信；请登记的机构用其签名密钥作证。",
        remedy_en="Do not rely on it; a registered body has to vouch with its signing key.",
    ),
    "ATTESTER_KEY_NOT_VALID": Text(
        zh="作证机构的密钥不在有效期，或已被宣布失密。",
        en="The key of the body that vouches is not valid, or was declared compromised.",
        remedy_zh="不予采信；请该机构用其现行密钥作证。",
        remedy_en="Do not rely on it; ask that body to vouch with its current key.",
    ),
    "HOLDER_KEY_MISMATCH": Text(
        zh="亮证所用密钥不是该证照绑定的密钥。",
        en="The presenting key is not the one bound to the license.",
        remedy_zh="请持证人用绑定的设备亮证，或到颁发机构重新绑定。",
        remedy_en="Present with the bound device, or have the issuer bind the new one.",
    ),
    "HOLDER_FROZEN": Text(
        zh="该证照的设备绑定已冻结，须重新绑定后才能亮证。",
        en="The license's binding is frozen; it has to be bound anew before it can be shown.",
        remedy_zh="请持证人到颁发机构或身份认证机构重新绑定；人工核对身份。",
        remedy_en="Have the issuer or an identity provider bind it anew; check the person's identity yourself.",
    ),
    "HOLDER_UNBOUND": Text(
        zh="该证照未绑定持证人设备密钥。",
        en="No holder key is bound to the license.",
        remedy_zh="人工核对身份。",
        remedy_en="Check the person's identity yourself.",
    ),
    # --- vault ---
    "VAULT_MISSING": Text(
        zh="没有证照夹文件 {path}。",
        en="There is no vault at {path}.",
        remedy_zh="先运行 elicense wallet init，或用 --vault 指定文件。",
        remedy_en="Run elicense wallet init first, or name the file with --vault.",
    ),
    "VAULT_EXISTS": Text(
        zh="{path} 已存在，不会覆盖。",
        en="{path} exists and is not overwritten.",
        remedy_zh="换一个文件名；其中的密钥丢失后不可恢复。",
        remedy_en="Choose another name; the keys in it cannot be recovered once lost.",
    ),
    "VAULT_UNREADABLE": Text(
        zh="不能读写证照夹 {path}（{reason}）。",
        en="The vault {path} cannot be read or written ({reason}).",
        remedy_zh="检查路径、权限和磁盘空间。",
        remedy_en="Check path, permissions and space.",
    ),
    "VAULT_BUSY": Text(
        zh="证照夹 {path} 正被另一个程序使用。",
        en="Another program is using the vault {path}.",
        remedy_zh="稍后再试。",
        remedy_en="Try again in a moment.",
    ),
    "VAULT_DAMAGED": Text(
        zh="证照夹 {path} 已损坏或被改动（{part}）。",
        en="The vault {path} is damaged or was altered ({part}).",
        remedy_zh="用备份恢复；没有备份则需新建证照夹，并请颁发机构重新绑定。",
        remedy_en="Restore it from a backup; without one, make a new vault and have the licenses bound again.",
    ),
    "VAULT_PASSPHRASE_WRONG": Text(
        zh="口令打不开证照夹 {path}。",
        en="The passphrase does not open the vault {path}.",
        remedy_zh="检查 ELICENSE_PASSPHRASE 或 ELICENSE_PASSPHRASE_FILE。",
        remedy_en="Check ELICENSE_PASSPHRASE or ELICENSE_PASSPHRASE_FILE.",
    ),
    "VAULT_PASSPHRASE_NEEDED": Text(
        zh="证照夹需要口令。",
        en="The vault needs a passphrase.",
        remedy_zh="设置 ELICENSE_PASSPHRASE，或用 ELICENSE_PASSPHRASE_FILE 指定口令文件。",
        remedy_en="Set ELICENSE_PASSPHRASE, or ELICENSE_PASSPHRASE_FILE to a file that holds it.",
    ),
    "DOCUMENT_NOT_HELD": Text(
        zh="{identifier} 是公文，归发文机关所有，不放入证照夹，也不须出示。",
        en="{identifier} is an official document: it is its issuing body's, and nobody holds or presents it.",
        remedy_zh="请直接交付文件；对方用 elicense verify 核验。",
        remedy_en="Hand the file on as it is; whoever gets it checks it with elicense verify.",
    ),
    "NOT_MY_LICENSE": Text(
        zh="证照 {identifier} 绑定的不是本证照夹的密钥。",
        en="The license {identifier} is bound to a key that is not of this vault.",
        remedy_zh="用 elicense wallet key 取得密钥，请颁发机构绑定（elicense license bind）；"
        "多人共有的，用 --holders 指定名单。",
        remedy_en="Get a pair with elicense wallet key and have the issuer bind it (elicense license bind); "
        "where several hold it, name their file with --holders.",
    ),
    "LICENSE_NOT_IN_WALLET": Text(
        zh="证照夹中没有 {identifier}。",
        en="The vault holds no license {identifier}.",
        remedy_zh="用 elicense wallet list 查看，用 elicense wallet add 添加。",
        remedy_en="See elicense wallet list; add it with elicense wallet add.",
    ),
    # --- several holders, representatives ---
    "DRAFT_MALFORMED": Text(
        zh="不是待联署的亮证草稿。",
        en="This is no draft of a presentation.",
        remedy_zh="请前一位持证人用 elicense wallet present --draft 重新给出。",
        remedy_en="The holder before makes a new one: elicense wallet present --draft.",
    ),
    "DRAFT_SIGNATURE_BAD": Text(
        zh="草稿中有一位持证人的签名不成立。",
        en="A signature of a holder in the draft does not hold.",
        remedy_zh="不要联署；请前一位持证人重新给出。",
        remedy_en="Do not sign it; ask the holder before for a new draft.",
    ),
    "NOTHING_TO_COSIGN": Text(
        zh="草稿中没有等待本证照夹签名的证照。",
        en="Nothing in this draft waits for a signature of this vault.",
        remedy_zh="交给尚未签名的持证人；每人用自己的证照夹签一次。",
        remedy_en="Hand it to a holder who has not signed; each signs once, with a vault of his own.",
    ),
    "COSIGNATURES_MISSING": Text(
        zh="需要全体持证人共同亮证，已签名 {signed} 人，共需 {needed} 人。",
        en="All the holders show this together; {signed} of {needed} have signed.",
        remedy_zh="把草稿交给其他持证人，用 elicense wallet cosign 联署。",
        remedy_en="Hand the draft to the other holders, who sign it with elicense wallet cosign.",
    ),
    "NO_PAIR_TO_REPRESENT_WITH": Text(
        zh="证照夹中没有代理证照 {identifier} 所用的密钥。",
        en="The vault holds no key pair with which to stand in for the holder of {identifier}.",
        remedy_zh="用 elicense wallet key 取得密钥交给颁发机构登记，或用 --holder-key 指定已登记的密钥。",
        remedy_en="Get a pair with elicense wallet key for the issuer to record, or name it with --holder-key.",
    ),
    "HOLDERS_MALFORMED": Text(
        zh="不是持证人名单文件。",
        en="This is no file of several holders.",
        remedy_zh="请颁发机构用 elicense license bind --out 给出。",
        remedy_en="The issuer makes one with elicense license bind --out.",
    ),
    "HOLDERS_OF_ANOTHER": Text(
        zh="证照 {identifier} 绑定的不是名单中的这些持证人。",
        en="The license {identifier} is not bound to the holders in that file.",
        remedy_zh="请颁发机构给出最近一次绑定的名单（elicense license bind --out）。",
        remedy_en="Ask the issuer for the file of the latest binding (elicense license bind --out).",
    ),
    "HOLDERS_BESIDE": Text(
        zh="--holders 不能与 --holder-key 或 --as-representative 同时使用。",
        en="--holders does not go with --holder-key or --as-representative.",
        remedy_zh="只用其中一个。",
        remedy_en="Use one of them.",
    ),
}
