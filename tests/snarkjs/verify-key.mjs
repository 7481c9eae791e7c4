// node verify-key.mjs <powers.ptau> <key.zkey> <circuit.r1cs>...
//
// Prints, as a JSON list, whether the key is one of each circuit over those powers of tau.
import { zKey } from "snarkjs";

const [powers, key, ...circuits] = process.argv.slice(2);
const fits = [];
for (const circuit of circuits) {
  fits.push(await zKey.verifyFromR1cs(circuit, powers, key));
}
console.log(JSON.stringify(fits));
process.exit(0);
