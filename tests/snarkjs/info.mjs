// node info.mjs <circuit.r1cs>...
//
// Prints, as a JSON list, what snarkjs reads in the header of each circuit.
import { r1cs } from "snarkjs";

const circuits = [];
for (const path of process.argv.slice(2)) {
  const read = await r1cs.info(path);
  circuits.push({
    prime: read.prime.toString(),
    wires: read.nVars,
    constraints: read.nConstraints,
    outputs: read.nOutputs,
    public: read.nPubInputs,
    private: read.nPrvInputs,
    labels: read.nLabels,
  });
}
console.log(JSON.stringify(circuits));
process.exit(0);
