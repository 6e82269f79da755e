"""Error texts: the HTTP API: who asks, what was sent, what the service cannot do."""

from __future__ import annotations

from ledger.errors.texts.text import Text

_SIGN_ZH = "按 docs/api.md“签名请求”一节，用本机构登记的签名密钥签署本次请求。"
_SIGN_EN = (
    "Sign this request with a registered signing key of your organisation (docs/api.md, Signed requests)."
)
_RETRY_ZH = "按 Retry-After 所示秒数后重试。"
_RETRY_EN = "Try again after the seconds in Retry-After."

TEXTS: dict[str, Text] = {
    # --- who asks ---
    "AUTH_MISSING": Text(
        "该操作只受理已签名的部门请求。",
        "This operation takes signed requests of departments only.",
        _SIGN_ZH,
        _SIGN_EN,
    ),
    "AUTH_MALFORMED": Text(
        "请求头 {header} 缺失或形式不对。",
        "The header {header} is missing or not in its form.",
        _SIGN_ZH,
        _SIGN_EN,
    ),
    "AUTH_TIME": Text(
        "请求时间 {time} 与本服务时间相差超过 {tolerance} 秒。",
        "The request's time {time} is more than {tolerance} s away from ours.",
        "校准本机时钟，以当前时间重新签名。",
        "Set your clock and sign again with the present time.",
    ),
    "AUTH_ORGANISATION_UNKNOWN": Text(
        "账本上没有机构 {organisation}。",
        "The ledger knows no organisation {organisation}.",
        "核对统一社会信用代码；新机构须先由所在地区登记。",
        "Check the credit code; a new organisation is registered by its region first.",
    ),
    "AUTH_KEY_UNKNOWN": Text(
        "{key} 不是机构 {organisation} 登记的签名密钥。",
        "{key} is no registered signing key of {organisation}.",
        "使用已登记的签名密钥；新密钥须先登记。",
        "Use a registered signing key; register a new one first.",
    ),
    "AUTH_SIGNATURE": Text(
        "请求签名与所述密钥 {key} 不符。",
        "The request's signature does not hold for the key {key}.",
        "签名覆盖方法、路径与查询、时间、随机数和正文：任一改动都须重新签名。",
        "It covers method, path with query, time, nonce and body: sign again after any change.",
    ),
    "AUTH_KEY_NOT_CURRENT": Text(
        "密钥 {key} 目前不在有效期内。",
        "The key {key} is not valid now.",
        "使用现行密钥。",
        "Use a current key.",
    ),
    "AUTH_KEY_CUT_OFF": Text(
        "密钥 {key} 已被宣告泄露。",
        "The key {key} was declared compromised.",
        "立即停用该密钥，使用新登记的密钥，并通知上级地区。",
        "Stop using it at once, use a newly registered key, and tell your superior region.",
    ),
    "AUTH_REPLAYED": Text(
        "随机数 {nonce} 已用过。",
        "The nonce {nonce} was used before.",
        "每次请求（含重试）都用新的随机数重新签名；重试写操作请带同一 Idempotency-Key。",
        "Sign every request, retries too, with a fresh nonce; retry a write under its Idempotency-Key.",
    ),
    "SIGNING_KEY_NOT_HELD": Text(
        "本服务未持有机构 {organisation} 的签名密钥。",
        "This service holds no signing key of {organisation}.",
        "由运维人员配置该机构的密钥，或自行签名后提交 signed、keyId、signature。",
        "Have its operator configure the key, or sign elsewhere and send `signed`, `keyId`, `signature`.",
    ),
    "ISSUER_IS_ANOTHER": Text(
        "证照的颁发机构是 {issuer}，而请求方是 {organisation}。",
        "The license names {issuer} as its issuer, the request comes from {organisation}.",
        "由颁发机构自己签发，或由其签发权所载的代办机构签发。",
        "Let the issuing body issue it, or the operator that its entitlement names.",
    ),
    # --- what was sent ---
    "BAD_REQUEST": Text(
        "请求有 {count} 处不合规定，首先是 {first}。",
        "The request is wrong in {count} places, first at {first}.",
        "按 errors 逐项改正；形式见 /openapi.json。",
        "Correct each entry of `errors`; the forms stand in /openapi.json.",
    ),
    "QUERY_UNKNOWN": Text(
        "该操作没有查询参数 {parameter}；可用的参数：{known}。",
        "The operation has no query parameter {parameter}; it knows: {known}.",
        "核对拼写与大小写；参数见 docs/api.md 与 /openapi.json。",
        "Check its spelling, upper and lower case too; docs/api.md and /openapi.json have the parameters.",
    ),
    "QUERY_TWICE": Text(
        "查询参数 {parameter} 给了不止一次。",
        "The query parameter {parameter} is given more than once.",
        "只给一次：否则无从知道依哪个值作答。",
        "Give it once: nobody could tell by which value the answer is.",
    ),
    "REQUEST_TOO_LARGE": Text(
        "请求正文超过 {limit} 字节。",
        "The request's body has more than {limit} bytes.",
        "缩小正文，或分多次提交。",
        "Send less, or in several requests.",
    ),
    "MEDIA_TYPE": Text(
        "请求正文须为 application/json。",
        "The request's body has to be application/json.",
        "设置 Content-Type: application/json。",
        "Set Content-Type: application/json.",
    ),
    "NOT_FOUND": Text(
        "没有这个地址。",
        "There is nothing at this address.",
        "地址见 /openapi.json。",
        "The addresses stand in /openapi.json.",
    ),
    "METHOD_NOT_ALLOWED": Text(
        "该地址不接受 {method}。",
        "This address does not take {method}.",
        "可用的方法见响应头 Allow。",
        "The header Allow names the methods.",
    ),
    "IDEMPOTENCY_KEY_FORM": Text(
        "Idempotency-Key 须为 1 至 128 个可见 ASCII 字符。",
        "Idempotency-Key has 1 to 128 visible ASCII characters.",
        "例如使用一个 UUID。",
        "Use a UUID, for example.",
    ),
    "IDEMPOTENCY_KEY_REUSED": Text(
        "该 Idempotency-Key 已用于另一请求。",
        "This Idempotency-Key was used for another request.",
        "新的请求用新的键；重试则原样重发。",
        "Use a new key for a new request; send a retry unchanged.",
    ),
    "IDEMPOTENCY_IN_PROGRESS": Text(
        "同一 Idempotency-Key 的请求仍在处理。",
        "A request under this Idempotency-Key is still being done.",
        _RETRY_ZH,
        _RETRY_EN,
    ),
    "SIGNED_MESSAGE_FORM": Text(
        "提交的已签名消息中 {member} 不合规定。",
        "In the signed message, {member} is not in its form.",
        "原样提交 POST /v1/messages 给出的 signed 与 keyId，signature 为 128 位十六进制。",
        "Send `signed` and `keyId` as POST /v1/messages gave them; `signature` has 128 hex digits.",
    ),
    "TOO_MANY_REQUESTS": Text(
        "请求过于频繁。",
        "Too many requests.",
        _RETRY_ZH,
        _RETRY_EN,
    ),
    "LOOKUPS_SPENT": Text(
        "一小时内以证照标识查询的他人证照已达 {most} 件，{seconds} 秒后可再查。",
        "This body has named {most} licenses of others by their identifiers within an hour; the next may be "
        "named in {seconds} s.",
        "核验用证照文件或二维码（POST /v1/verify），或用文件中的 licenseId 查询，均不计数。",
        "Verify the license file or the QR code (POST /v1/verify), or ask by the licenseId in the file: "
        "neither counts.",
    ),
    # --- the service itself ---
    "REQUESTS_OUTAGE": Text(
        "请求登记库不可用（{reason}），因此不能受理签名请求。",
        "The store of requests cannot be used ({reason}); signed requests cannot be taken.",
        "检查磁盘空间与文件权限后重试。",
        "Check disk space and file permissions, then try again.",
    ),
    "INTERNAL_SERVER_ERROR": Text(
        "服务内部出错，编号 {request}。",
        "The service failed by itself, number {request}.",
        "重试一次；仍不成功，请把编号告知运维人员。",
        "Try once more; if it fails again, tell the operator this number.",
    ),
    "API_ADDRESS": Text(
        "不能在 {host}:{port} 上提供服务（{reason}）。",
        "Cannot serve at {host}:{port} ({reason}).",
        "换一个 --host 或 --port。",
        "Choose another --host or --port.",
    ),
    "ISSUER_KEY_OPTION": Text(
        "--issuer-key 须写作 USCC=PEM，而不是 {given}。",
        "--issuer-key is written USCC=PEM, not {given}.",
        "例如 --issuer-key 11310118MB0TE5T33U=keys/qingpu.pem。",
        "For example --issuer-key 11310118MB0TE5T33U=keys/qingpu.pem.",
    ),
    "UNKNOWN_TABLE": Text(
        "状态中没有名为 {table} 的表。",
        "The state has no table {table}.",
        "可用的表：{known}。",
        "It has: {known}.",
    ),
    "STATE_WORD": Text(
        "by 与 value 须一并给出。",
        "by and value go together.",
        "两者都给，或都不给。",
        "Give both of them, or neither.",
    ),
}
