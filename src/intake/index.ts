export { Archive, type ArchiveOptions, type ByteSource, type Skipped } from './archive/index.js';
export { mboxStart, parseDiff, type ReadOptions, readInput } from './read.js';
export type * from './types.js';
