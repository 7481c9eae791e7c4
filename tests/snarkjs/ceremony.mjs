// node ceremony.mjs <circuit.r1cs> <power> <folder>
//
// Both phases of a Groth16 set-up over bn128, with one contribution and one beacon each. Leaves in the folder:
//   powers.ptau            2^power powers of tau, prepared for phase 2
//   unfinished.zkey        the key before anyone contributed to phase 2
//   final.zkey             the key after the contribution and the beacon
//   verification_key.json  its verifying key
import { randomBytes } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { curves, powersOfTau, zKey } from "snarkjs";

const [r1cs, power, folder] = process.argv.slice(2);
const file = (name) => join(folder, name);
const entropy = () => randomBytes(32).toString("hex");
const BEACON = "0123456789abcdef".repeat(4);
const BEACON_ROUNDS = 10;

// snarkjs reports some failures to its logger only, and returns as if all were well.
const logger = {
  debug() {},
  info() {},
  warn: console.error,
  error(message) {
    throw new Error(message);
  },
};

await powersOfTau.newAccumulator(await curves.getCurveFromName("bn128"), Number(power), file("0.ptau"), logger);
await powersOfTau.contribute(file("0.ptau"), file("1.ptau"), "first", entropy(), logger);
await powersOfTau.beacon(file("1.ptau"), file("2.ptau"), "beacon", BEACON, BEACON_ROUNDS, logger);
await powersOfTau.preparePhase2(file("2.ptau"), file("powers.ptau"), logger);

await zKey.newZKey(r1cs, file("powers.ptau"), file("unfinished.zkey"), logger);
await zKey.contribute(file("unfinished.zkey"), file("1.zkey"), "first", entropy(), logger);
await zKey.beacon(file("1.zkey"), file("2.zkey"), "beacon", BEACON, BEACON_ROUNDS, logger);

const verifyingKey = await zKey.exportVerificationKey(file("2.zkey"), logger);
await writeFile(file("verification_key.json"), JSON.stringify(verifyingKey, null, 1));
await rename(file("2.zkey"), file("final.zkey"));
await Promise.all(["0.ptau", "1.ptau", "2.ptau", "1.zkey"].map((name) => rm(file(name))));
// The worker threads of the curve would keep the process alive.
process.exit(0);
