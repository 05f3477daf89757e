export { ERAS } from './eras.js';
export { folderReader } from './folder-reader.js';
export { type RebuildOptions, rebuild } from './rebuild.js';
export { skeletonFile, skeletonHelpers } from './skeleton.js';
export type * from './types.js';
