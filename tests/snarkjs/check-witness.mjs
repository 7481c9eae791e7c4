// node check-witness.mjs <circuit.r1cs> <witness.wtns>...
//
// Prints, as a JSON list, whether each witness satisfies every constraint.
import { wtns } from "snarkjs";

const [circuit, ...witnesses] = process.argv.slice(2);
const logger = { debug() {}, info() {}, warn() {}, error: console.error };
const holds = [];
for (const witness of witnesses) {
  holds.push(await wtns.check(circuit, witness, logger));
}
console.log(JSON.stringify(holds));
process.exit(0);
