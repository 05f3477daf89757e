export { parseDiff, type ReadOptions, readInput } from './read.js';
export type * from './types.js';
