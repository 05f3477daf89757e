import { describe, expect, it } from 'vitest';
import { MAX_READ_FILES } from '../../src/base/limits.js';
import { contentReader } from '../../src/github/contents.js';
import { failureReason } from '../../src/github/failure.js';
import type { GitHubClient } from '../../src/github/types.js';
import { HastyOctokit } from './world.js';

const SHA = 'a'.repeat(40);

/** A reader whose requests are answered by `fetch`. */
function readerOver(fetch: (url: string) => Response) {
  const urls: string[] = [];
  const client = new HastyOctokit({
    request: {
      fetch: async (url: string) => {
        urls.push(url);
        return fetch(url);
      },
    },
  }) as unknown as GitHubClient;
  return { reader: contentReader(client, { owner: 'o', repo: 'r' }, SHA), urls };
}

const raw = (
  body: ConstructorParameters<typeof Response>[0],
  type = 'application/vnd.github.raw+json; charset=utf-8',
) => new Response(body, { headers: { 'content-type': type } });

describe('contentReader', () => {
  it('asks once for a path, also when asked twice at a time', async () => {
    const { reader, urls } = readerOver(() => raw('text é\n'));
    const both = await Promise.all([reader.read('mm/a b.c'), reader.read('mm/a b.c')]);
    expect(both).toEqual(['text é\n', 'text é\n']);
    expect(urls).toEqual([`https://api.github.com/repos/o/r/contents/mm%2Fa%20b.c?ref=${SHA}`]);
    expect(reader.label).toBe('o/r at aaaaaaaaaaaa');
  });

  it('reads an empty file, and bytes as UTF-8', async () => {
    expect(await readerOver(() => raw('')).reader.read('a')).toBe('');
    const bytes = new Uint8Array([0x61, 0xe9, 0x62]);
    const { reader } = readerOver(() => raw(bytes, 'application/octet-stream'));
    expect(await reader.read('a')).toBe('a\ufffdb');
  });

  it('tries again after a failure', async () => {
    let calls = 0;
    const { reader } = readerOver(() =>
      calls++ === 0 ? new Response('{}', { status: 502 }) : raw('x'),
    );
    await expect(reader.read('a')).rejects.toMatchObject({ status: 502 });
    expect(await reader.read('a')).toBe('x');
  });

  it('asks for no path that would change the address', async () => {
    const { reader, urls } = readerOver(() => raw('x'));
    for (const path of ['', '/etc/passwd', '..', 'a/../b', './a', 'a//b', 'a/']) {
      expect(await reader.read(path)).toBeNull();
    }
    expect(urls).toEqual([]);
  });

  it('stops a review that reads without end', async () => {
    const { reader } = readerOver(() => new Response('{}', { status: 404 }));
    for (let i = 0; i < MAX_READ_FILES; i++) expect(await reader.read(`f${i}`)).toBeNull();
    await expect(reader.read('one-more')).rejects.toThrow(/more than 400 files/);
    expect(await reader.read('f0')).toBeNull();
  });
});

describe('failureReason', () => {
  it('names the request, never its headers', async () => {
    const { reader } = readerOver(() => new Response('{"message":"x"}', { status: 403 }));
    const error = await reader.read('kernel/fork.c').catch((e) => e);
    expect(failureReason(error)).toBe(
      'GitHub answered 403 to GET /repos/o/r/contents/kernel%2Ffork.c',
    );
    expect(failureReason('odd')).toBe('internal error: odd');
  });
});
