// snarkjs reports some failures to its logger only, and returns as if all were well.
export const logger = {
  debug() {},
  info() {},
  warn: console.error,
  error(message) {
    throw new Error(message);
  },
};

// A beacon is public randomness, fixed after the last contribution. Nobody relies on these keys: any value will do.
export const beacon = "0123456789abcdef".repeat(4);
export const beaconRounds = 10;
