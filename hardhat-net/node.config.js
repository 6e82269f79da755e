// The local chain by itself: it reads no artifacts, so a failed or unfinished compilation cannot stop it.
import { defineConfig } from "hardhat/config";
import config from "./hardhat.config.js";

const scratch = "node_modules/.local-chain";

export default defineConfig({
  networks: config.networks,
  paths: { sources: `${scratch}/sources`, artifacts: `${scratch}/artifacts`, cache: `${scratch}/cache` },
});
