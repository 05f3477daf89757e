import * as fs from 'node:fs';
import { promisify } from 'node:util';

/**
 * Files, by promises: what `node:fs/promises` has of the same names, with the same errors. That module takes some
 * milliseconds to load, which is felt where a review takes a second.
 */
export const readFile = promisify(fs.readFile) as (
  file: string,
  encoding: 'utf8',
) => Promise<string>;
export const readdir = promisify(fs.readdir);
export const stat = promisify(fs.stat);
export const realpath = promisify(fs.realpath.native);

export const open = promisify(fs.open);
export const fstat = promisify(fs.fstat);
export const close = promisify(fs.close);
/** Bytes that were read from `place` of a file into `bytes`, from `from` on. */
export const read = async (
  fd: number,
  bytes: Buffer,
  from: number,
  place: number,
): Promise<number> => (await readInto(fd, bytes, from, bytes.length - from, place)).bytesRead;

const readInto = promisify(fs.read);
