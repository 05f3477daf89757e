import { describe, expect, it } from 'vitest';
import { askedFindings } from '../../src/asked.js';
import { readInput } from '../../src/intake/index.js';
import { finding } from '../report/markdown-samples.js';

const quoted = (below: string): string => `From: a@example.org
Subject: Re: [PATCH] x
Message-ID: <1@example.org>

> --- a/kernel/fork.c
> +++ b/kernel/fork.c
> @@ -10,6 +10,6 @@ static int dup_mmap(void)
>  	one();
>  	two();
> -	old_way(vma);
> +	new_way(vma);
>  	four();
>  	five();
>  	six();
${below}`;

const at = (id: string, line: number, subject = '') =>
  finding({ id, subject, location: { path: 'kernel/fork.c', line, side: 'RIGHT' } });
const FINDINGS = [at('two', 11), at('new', 12, 'new_way(vma)'), at('six', 15), at('far', 99)];

async function asked(below: string): Promise<string[]> {
  const { patches } = await readInput('t', Buffer.from(quoted(below)));
  expect(patches[0].kind).toBe('quoted-patch');
  return askedFindings(patches[0], FINDINGS);
}

describe('what a mail asks about', () => {
  it('is the statement above the question', async () => {
    expect(await asked('\nIs that the right one?\n')).toEqual(['six']);
  });

  it('is the statement that is named', async () => {
    expect(await asked('\nWhat does new_way() lock?\n')).toEqual(['six', 'new']);
  });

  it('is not what a statement without a question is about', async () => {
    expect(await asked('\nLooks good. new_way() is fine.\n')).toEqual([]);
  });

  it('is not asked below the signature, and may come after other prose', async () => {
    expect(await asked('\n-- \nWho am I?\n')).toEqual([]);
    expect(await asked(`${'\nprose.\n'.repeat(10)}\nRight?\n`)).toEqual(['six']);
  });
});
