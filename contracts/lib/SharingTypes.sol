// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// What a resource is made of.
library ResourceKind {
    uint8 internal constant LICENSE_TYPE = 1;
    uint8 internal constant DATA_SET = 2;
}

// The base library (基础库) whose namespace a resource stands in: 人口, 法人, 空间地理, 电子证照, 社会信用.
library BaseLibrary {
    uint8 internal constant NONE = 0;
    uint8 internal constant POPULATION = 1;
    uint8 internal constant LEGAL_PERSONS = 2;
    uint8 internal constant GEOGRAPHY = 3;
    uint8 internal constant LICENSES = 4;
    uint8 internal constant CREDIT = 5;

    function isKnown(uint8 library_) internal pure returns (bool) {
        return library_ <= CREDIT;
    }
}

// What a probe of a mounted resource found.
library ProbeOutcome {
    uint8 internal constant MATCHED = 1;
    uint8 internal constant DIFFERENT = 2;
    uint8 internal constant SILENT = 3;
}

// What a provider declares of a resource.
library DeclarationKind {
    uint8 internal constant INTERFACE = 1;
    uint8 internal constant OUTAGE = 2;
    uint8 internal constant SNAPSHOT = 3;
    uint8 internal constant MAPPING = 4;
    uint8 internal constant ORIGINS = 5;
}

// What an item of a responsibility list (责任清单) asks for: to share, or to let data flow back (回流).
library DutyKind {
    uint8 internal constant SHARE = 1;
    uint8 internal constant FLOW_BACK = 2;
}

// On what a grant rests: a statutory duty (依职能) or the holder's consent (依授权).
library Basis {
    uint8 internal constant DUTY = 1;
    uint8 internal constant CONSENT = 2;
}

// How a decision goes: a request is approved, a correction upheld, an attestation matches; or not.
library Outcome {
    uint8 internal constant YES = 1;
    uint8 internal constant NO = 2;

    function isKnown(uint8 outcome) internal pure returns (bool) {
        return outcome == YES || outcome == NO;
    }
}

// What a use was: data were handed out, or it was only told where and whether there are any.
library UseKind {
    uint8 internal constant DATA = 1;
    uint8 internal constant LOCATE = 2;
}

// By whose keys a holder signs; the first word of what proves it.
library HolderProof {
    uint8 internal constant SINGLE = 1;
    uint8 internal constant ANY = 2;
    uint8 internal constant ALL = 3;
    uint8 internal constant REPRESENTATIVE = 4;
}

// Where a correction stands.
library CorrectionState {
    uint8 internal constant OPEN = 1;
    uint8 internal constant UPHELD = 2;
    uint8 internal constant REJECTED = 3;
    uint8 internal constant DISPUTED = 4;
    uint8 internal constant SETTLED_UPHELD = 5;
    uint8 internal constant SETTLED_REJECTED = 6;
}
