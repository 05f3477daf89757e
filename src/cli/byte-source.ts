import {
  closeSync,
  createReadStream,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ForkloreError } from '../base/errors.js';
import { close, fstat, open, read } from '../files/index.js';
import type { ByteSource } from '../intake/index.js';

/** A file is read where it lies. */
function fileSource(file: number, size: number): ByteSource {
  let position = 0;
  return {
    size,
    async read(into, from) {
      const n = await read(file, into as Buffer, from, position);
      position += n;
      return n;
    },
    keep: (_bytes, offset) => offset,
    async again(place, length) {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, await read(file, bytes, 0, place));
    },
    close: () => close(file),
  };
}

/** A file that has lost its name when it is born: whatever ends the process, nothing of it stays. */
function scratchFile(): number {
  const folder = mkdtempSync(join(tmpdir(), 'forklore-'));
  try {
    return openSync(join(folder, 'kept'), 'wx+', 0o600);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What can be read only once: what is kept of it goes to a scratch file. */
function streamSource(chunks: AsyncIterable<Uint8Array | string>): ByteSource {
  const iterator = chunks[Symbol.asyncIterator]();
  let rest = Buffer.alloc(0);
  let scratch: number | null = null;
  let used = 0;
  return {
    size: null,
    async read(into, at) {
      while (rest.length === 0) {
        const next = await iterator.next();
        if (next.done) return 0;
        rest = Buffer.from(next.value as Uint8Array);
      }
      const n = rest.copy(into, at);
      rest = rest.subarray(n);
      return n;
    },
    keep(bytes) {
      scratch ??= scratchFile();
      const place = used;
      for (let done = 0; done < bytes.length; )
        done += writeSync(scratch, bytes, done, bytes.length - done, place + done);
      used += bytes.length;
      return place;
    },
    async again(place, length) {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, scratch === null ? 0 : readSync(scratch, bytes, 0, length, place));
    },
    async close() {
      if (scratch !== null) closeSync(scratch);
      scratch = null;
      await iterator.return?.();
    },
  };
}

/** `source` goes on behind `head`, which was read from it. */
async function* chunksOf(head: Uint8Array, source: ByteSource): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  for (;;) {
    const chunk = Buffer.allocUnsafe(256 * 1024);
    const n = await source.read(chunk, 0);
    if (n === 0) return;
    yield chunk.subarray(0, n);
  }
}

function unpacked(name: string, head: Uint8Array, packed: ByteSource): ByteSource {
  const from = Readable.from(chunksOf(head, packed), { objectMode: false });
  const gunzip = createGunzip();
  from.on('error', (e) => gunzip.destroy(e));
  const source = streamSource(from.pipe(gunzip));
  return {
    ...source,
    read: (into, at) =>
      source.read(into, at).catch((cause: unknown) => {
        throw new ForkloreError('input', `${name}: damaged gzip file`, { cause });
      }),
    async close() {
      await source.close();
      from.destroy();
      await packed.close();
    },
  };
}

/** The first bytes of a source, at most `most`, and whether that is all. */
export async function headOf(
  source: ByteSource,
  most: number,
): Promise<{ head: Buffer; whole: boolean }> {
  let buffer = Buffer.allocUnsafe(Math.min(most, Math.max(4096, (source.size ?? 65_536) + 1)));
  let end = 0;
  for (;;) {
    if (end === buffer.length) {
      if (end >= most) return { head: buffer, whole: false };
      buffer = Buffer.concat([buffer, Buffer.allocUnsafe(Math.min(most - end, end))]);
    }
    const n = await source.read(buffer, end);
    if (n === 0) return { head: buffer.subarray(0, end), whole: true };
    end += n;
  }
}

/** Opens a file, or standard input for `-`; what is gzipped is unpacked on the way. */
export async function openSource(
  name: string,
  stdin: AsyncIterable<Uint8Array | string>,
): Promise<ByteSource> {
  if (name === '-') return streamed(name, stdin);
  const fd = await open(name, 'r');
  const info = await fstat(fd);
  // a pipe has no places to go back to
  if (!info.isFile()) return streamed(name, createReadStream(name, { fd }));
  const magic = Buffer.alloc(2);
  await read(fd, magic, 0, 0);
  const source = fileSource(fd, info.size);
  return isGzip(magic) ? unpacked(name, Buffer.alloc(0), source) : source;
}

async function streamed(
  name: string,
  chunks: AsyncIterable<Uint8Array | string>,
): Promise<ByteSource> {
  const plain = streamSource(chunks);
  const { head } = await headOf(plain, 2);
  return isGzip(head) ? unpacked(name, head, plain) : streamSource(chunksOf(head, plain));
}

const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b;
