"""Sentences for what was due and did not come, in Chinese and English."""

from __future__ import annotations

from ledger.domain.deadlines import Step

CODES: dict[Step, str] = {
    **{step: f"{step.value}_LATE" for step in Step if step is not Step.ANSWER},
    Step.EXCEPTION: "EXCEPTION_LAPSED",
    Step.UPDATE: "UPDATE_MISSED",
}
"""By which code a delay of each kind is found; what is answered by rule is never late."""

OVERDUE_TEXTS: dict[str, tuple[str, str]] = {
    "DECISION_LATE": (
        "对共享申请未按期决定（一次告知补正的已计入所加的工作日）。",
        "A request was not decided in time; a notice of what was missing gave more.",
    ),
    "REVIEW_LATE": (
        "涉及敏感字段的申请未按期完成答复所需的复核。",
        "The review that an answer about sensitive fields needs was not made in time.",
    ),
    "PROVISION_LATE": (
        "同意共享后未按期提供数据：其间账上没有挂接、版次，也没有依该授权的用证。",
        "Granted data were not provided in time: by then they had no mount, no edition and no use.",
    ),
    "CORRECTION_ANSWER_LATE": (
        "对校核申请未按期答复。",
        "A correction was not answered in time.",
    ),
    "ACKNOWLEDGEMENT_LATE": (
        "用过相关数据的部门未按期确认知悉更正。",
        "A body that had used the data did not acknowledge their correction in time.",
    ),
    "UPDATE_MISSED": (
        "数据资源未按所承诺的周期更新。",
        "A resource was not brought up to date within the cycle that its owner promised.",
    ),
    "CATALOG_UPDATE_LATE": (
        "依据变更后未按期更新目录（上级批准延期的已计入）。",
        "The catalog did not follow a change in time, nor in the time that a superior allowed more.",
    ),
    "EXCEPTION_LAPSED": (
        "不予无条件共享的例外期满前未续展也未取消，期满后继续适用。",
        "An exception from unconditional sharing was neither renewed nor lifted before its end, and went on.",
    ),
    "DUTY_LATE": (
        "责任清单事项到期未见他方核验相符的挂接。",
        "An item of the responsibility list was due and no probe by another body had found it met.",
    ),
}
"""What each code says."""

WAITING_TEXTS: dict[str, tuple[str, str]] = {
    "DEMAND": (
        "数据需求尚无资源满足。",
        "A body lacks data, and nothing was found that meets its demand.",
    ),
    "DISPUTE": (
        "校核争议尚未裁定。",
        "A dispute about a correction has not been settled.",
    ),
}
"""What is open without a number of days in the regulation."""

SECTOR_TEXTS: dict[str, tuple[str, str]] = {
    "GRANTED_AGAINST_SECTORS": (
        "所作同意决定，为当时有效的行业规则所不允许。",
        "A request was approved that the rules of sectors of that time did not allow.",
    ),
    "USED_AGAINST_SECTORS": (
        "所提供的数据，为当时有效的行业规则所不允许。",
        "Data were handed out that the rules of sectors of that time did not allow.",
    ),
}
"""What was granted or used against rules of sectors."""

REGRADED_TEXTS: dict[str, tuple[str, str]] = {
    "GRADE_RAISED": (
        "授权之后字段升为敏感级别，新级别所需的决定、复核未作出而授权仍在使用：应撤回并重新申请。",
        "A grant goes on without what its fields take by a later grade; withdraw it, to be asked for anew.",
    ),
}
"""Grants that go on under a grade that was lower when they were given."""

BREACH_TEXTS: dict[str, tuple[str, str]] = {
    "NOTICE_AGAIN": (
        "对同一申请再次告知补正：所缺材料应当一次告知。",
        "Missing material was named again; all of it has to be named in one notice.",
    ),
    "NOTICE_AFTER_DECISION": (
        "作出决定之后又告知补正。",
        "Missing material was named after the request had been decided.",
    ),
}
"""What was recorded and should not have been, whatever its time."""
