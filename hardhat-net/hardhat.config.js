// One compiler version and one settings object serve Python and Hardhat: scripts/solc_settings.json.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "hardhat/config";

const local = (path) => fileURLToPath(new URL(path, import.meta.url));
const solc = JSON.parse(readFileSync(local("../scripts/solc_settings.json"), "utf8"));

const compiler = (optimizer = {}) => ({
  version: solc.version,
  path: local("node_modules/solc/soljson.js"),
  settings: { ...solc.settings, optimizer: { ...solc.settings.optimizer, ...optimizer } },
});

const chain = (mining) => ({
  type: "edr-simulated",
  chainId: 31337,
  hardfork: "london",
  // Blocks of one second may share a timestamp: automine must not run ahead of the wall clock.
  allowBlocksWithSameTimestamp: true,
  blockGasLimit: 100_000_000,
  mining,
});

export default defineConfig({
  solidity: {
    // Each file is compiled with its own imports only, so that no unrelated file changes its bytes.
    isolated: true,
    compilers: [compiler()],
    overrides: Object.fromEntries(
      Object.entries(solc.optimizer).map(([file, optimizer]) => [file, compiler(optimizer)]),
    ),
  },
  networks: {
    // What `elicense net start` runs: a block per transaction and one every second besides.
    node: chain({ auto: true, interval: 1000 }),
    // What the contract tests run: blocks only for transactions.
    bench: chain({ auto: true, interval: 0 }),
  },
  test: {
    solidity: {
      fuzz: { runs: 100, seed: "0x534d32" },
      fsPermissions: { readFile: [local("../ledger/adapters/contracts.json")] },
    },
  },
});
