/** Seed of the property tests; FORKLORE_SEED runs them with another one. It stands in the titles. */
export const SEED = Number(process.env.FORKLORE_SEED ?? 20240612);
