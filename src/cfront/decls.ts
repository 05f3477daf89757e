import type { SourceFile } from '../source/types.js';
import { BUILTIN_MACROS } from './decls-macros.js';
import { BUILTIN_PROTOTYPES } from './decls-prototypes.js';
import { BUILTIN_STRUCTS } from './decls-structs.js';

let file: SourceFile | null = null;

/** Declarations of the kernel API around fork, in our own words; searched after everything that was given. */
export function builtinUnitFile(): SourceFile {
  file ??= {
    path: 'builtin',
    lines: [BUILTIN_STRUCTS, BUILTIN_PROTOTYPES, BUILTIN_MACROS]
      .join('\n')
      .split('\n')
      .map((text) => ({
        text,
        line: null,
        patchLine: null,
        origin: 'skeleton' as const,
        changed: false,
      })),
    base: 'none',
    skeleton: 'builtin',
  };
  return file;
}
