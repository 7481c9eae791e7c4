// node powers.mjs <power> <folder>
//
// Phase 1 over bn128, with one contribution and a beacon. Leaves in the folder:
//   powers.ptau   2^power powers of tau, prepared for phase 2
import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { curves, powersOfTau } from "snarkjs";
import { beacon, beaconRounds, logger } from "./ceremony.mjs";

const [power, folder] = process.argv.slice(2);
const file = (name) => join(folder, name);
const [blank, contributed, closed] = ["0.ptau", "1.ptau", "2.ptau"].map(file);

await powersOfTau.newAccumulator(await curves.getCurveFromName("bn128"), Number(power), blank, logger);
await powersOfTau.contribute(blank, contributed, "first", randomBytes(32).toString("hex"), logger);
await powersOfTau.beacon(contributed, closed, "beacon", beacon, beaconRounds, logger);
await powersOfTau.preparePhase2(closed, file("powers.ptau"), logger);
await Promise.all([blank, contributed, closed].map((path) => rm(path)));
// The worker threads of the curve would keep the process alive.
process.exit(0);
