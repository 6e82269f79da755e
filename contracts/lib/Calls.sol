// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Commands that a contract runs on itself.
library Calls {
    /// @dev Runs a command of this contract for whoever called it; a refusal is passed on unchanged.
    function toSelf(bytes calldata command) internal {
        // solhint-disable-next-line avoid-low-level-calls
        (bool isDone, bytes memory answer) = address(this).delegatecall(command);
        if (isDone) return;
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }
}
