// node key.mjs <powers.ptau> <circuit.r1cs> <folder>
//
// Phase 2 of Groth16, with one contribution and a beacon. Leaves in the folder:
//   unfinished.zkey        the key before anyone contributed
//   final.zkey             the key
//   verification_key.json  its verifying key
import { randomBytes } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { zKey } from "snarkjs";
import { beacon, beaconRounds, logger } from "./ceremony.mjs";

const [powers, circuit, folder] = process.argv.slice(2);
const file = (name) => join(folder, name);
const [unfinished, contributed, final] = ["unfinished.zkey", "1.zkey", "final.zkey"].map(file);

await zKey.newZKey(circuit, powers, unfinished, logger);
await zKey.contribute(unfinished, contributed, "first", randomBytes(32).toString("hex"), logger);
await zKey.beacon(contributed, final, "beacon", beacon, beaconRounds, logger);
const verifyingKey = await zKey.exportVerificationKey(final, logger);
await writeFile(file("verification_key.json"), JSON.stringify(verifyingKey));
await rm(contributed);
process.exit(0);
