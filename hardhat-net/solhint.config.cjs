// Zero warnings are allowed: `make lint`.
module.exports = {
  extends: "solhint:recommended",
  rules: {
    // The compiler is pinned exactly, in scripts/solc_settings.json.
    "compiler-version": ["error", "0.8.37"],
    // lib/ is written for gas; every assembly block carries the formula it stands for.
    "no-inline-assembly": "off",
    // One compression function and one walk along the curve: splitting them costs stack slots.
    "function-max-lines": ["warn", 110],
    // x >= P is what the standards say; x > P - 1 is not clearer and costs the same.
    "gas-strict-inequalities": "off",
    // Constructors have no visibility since Solidity 0.7.
    "func-visibility": ["warn", { ignoreConstructors: true }],
    // Immutables are read through getters of the same name.
    "immutable-vars-naming": ["warn", { immutablesAsConstants: false }],
    // Members of signed messages stand in the order of their type string, which is a literal.
    "gas-struct-packing": "off",
    "gas-small-strings": "off",
    // Value types and their errors stand together.
    "one-contract-per-file": "off",
    // Interfaces carry the specification; tags that only repeat a name are left out.
    "use-natspec": "off",
  },
};
