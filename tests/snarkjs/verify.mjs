// node verify.mjs <verification_key.json> <proof.json> <public.json>...
//
// Prints, as a JSON list, whether the proof holds for each list of public inputs.
import { readFile } from "node:fs/promises";
import { groth16 } from "snarkjs";

const read = async (path) => JSON.parse(await readFile(path, "utf8"));
const [keyPath, proofPath, ...publicPaths] = process.argv.slice(2);
const [key, proof] = [await read(keyPath), await read(proofPath)];
const holds = [];
for (const path of publicPaths) {
  holds.push(await groth16.verify(key, await read(path), proof));
}
console.log(JSON.stringify(holds));
process.exit(0);
