// node verify-key.mjs <powers.ptau> <unfinished.zkey> <key.zkey>...
//
// Prints, as a JSON list, whether each key comes from the unfinished one by contributions that are all on record.
// `zkey verify` does the same after making the unfinished key anew, which takes a hundred times as long.
import { zKey } from "snarkjs";

const [powers, unfinished, ...keys] = process.argv.slice(2);
const hold = [];
for (const key of keys) {
  hold.push(await zKey.verifyFromInit(unfinished, powers, key));
}
console.log(JSON.stringify(hold));
process.exit(0);
