/** Version of the tool, as package.json has it; a test compares the two. */
export const VERSION = '0.1.0';

/** Version of the kernel model: a trace of another one may not replay, and a replay says so. */
export const MODEL_VERSION = 4;

const MARK = '@BUILD@';
/** Stands for all code of a program that was built; null when it runs from its sources. */
export const BUILD: string | null = MARK.startsWith('@') ? null : MARK;
