// node prove.mjs <key.zkey> <witness.wtns> <proof.json> <public.json>
import { writeFile } from "node:fs/promises";
import { groth16 } from "snarkjs";

const [key, witness, proofPath, publicPath] = process.argv.slice(2);
const { proof, publicSignals } = await groth16.prove(key, witness);
await writeFile(proofPath, JSON.stringify(proof));
await writeFile(publicPath, JSON.stringify(publicSignals));
process.exit(0);
