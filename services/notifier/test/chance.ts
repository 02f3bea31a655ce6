/** @returns whole numbers below another one: the same ones for the same seed */
export function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** @returns numbers from 0 up to 1, in the same way */
export function fractions(seed: number): () => number {
  const below = chance(seed);
  return () => below(2 ** 32) / 2 ** 32;
}
