// Zero warnings are allowed: node node_modules/solhint/solhint.js -c solhint.config.cjs --max-warnings 0 --disc "contracts/**/*.sol"
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
    // Interfaces carry the specification; tags that only repeat a name are left out.
    "use-natspec": "off",
  },
};
