import { flat, type Outline } from './outline.js';

/** Prose of the man page that `--help` does not hold. */
const EXIT: readonly [string, string][] = [
  ['0', 'nothing introduced at or above --fail-on'],
  [
    '1',
    'introduced findings at or above --fail-on (default: error); of replay: the trace does not fail as recorded',
  ],
  ['2', 'bad usage, or an input that can not be read'],
  ['3', 'with --strict: something was not fully reviewed (bounded, vacuous, inconclusive, failed)'],
];

/** A man page in section 1, in roff. */
export function manPage(root: Outline, version: string): string {
  const out = [
    `.TH FORKLORE 1 "" "forklore ${roff(version)}" "User Commands"`,
    '.SH NAME',
    `forklore \\- ${roff('review Linux fork/mm patches by running them')}`,
    '.SH SYNOPSIS',
    ...flat(root).flatMap((c) => ['.br', `.B ${roff(c.path.join(' '))}`, roff(usage(c))]),
    '.SH DESCRIPTION',
    roff(root.description),
    'The patched C is executed before and after the patch; every interleaving within a stated bound is explored.',
    '.SH COMMANDS',
  ];
  for (const c of flat(root)) {
    out.push(`.SS ${roff([...c.path, usage(c)].join(' ').trim())}`, roff(sentence(c.description)));
    for (const a of c.args)
      out.push('.TP', `.I ${roff(a.name)}`, roff(a.description || 'see above'));
    for (const o of c.options) out.push('.TP', `.B ${roff(o.flags)}`, roff(o.description));
  }
  out.push('.SH EXIT STATUS');
  for (const [code, text] of EXIT) out.push('.TP', `.B ${code}`, roff(text));
  out.push(
    'With \\-\\-format nipa: 0 pass, 250 warning, anything else failure.',
    '.SH ENVIRONMENT',
    '.TP',
    '.B DESC_FD',
    'File descriptor that receives the one line of \\-\\-format nipa.',
    '.SH SEE ALSO',
    '.BR git-send-email (1),',
    '.BR b4 (5)',
  );
  return `${out.filter((l) => l !== '').join('\n')}\n`;
}

/** The same as a page of docs/. */
export function cliPage(root: Outline): string {
  const out = ['# Commands', '', 'Made from `--help` by `npm run docs`; do not edit.'];
  for (const c of flat(root)) {
    out.push(
      '',
      `## ${c.path.join(' ')}`,
      '',
      '```',
      [...c.path, usage(c)].join(' ').trim(),
      '```',
      '',
      sentence(c.description),
    );
    const rows = [
      ...c.args.filter((a) => a.description).map((a) => [a.text, a.description]),
      ...c.options.map((o) => [o.flags, o.description]),
    ];
    if (rows.length) out.push('', '| | |', '|---|---|');
    for (const [name, text] of rows) out.push(`| \`${name}\` | ${cell(text)} |`);
  }
  out.push('', '## Exit codes', '', '| code | meaning |', '|---|---|');
  for (const [code, text] of EXIT) out.push(`| ${code} | ${cell(text)} |`);
  out.push('', 'With `--format nipa`: 0 pass, 250 warning, anything else failure.', '');
  return out.join('\n');
}

const usage = (c: Outline): string =>
  [...(c.options.length ? ['[options]'] : []), ...c.args.map((a) => a.text)].join(' ');

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}`.replace(/[.]?$/, '.');

const cell = (text: string): string => text.replace(/\|/g, '\\|').replace(/</g, '&lt;');

/** Text for roff: no line of it is taken for a request, and `-` stays what it is. */
function roff(text: string): string {
  return text
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .replace(/^(['.])/gm, '\\&$1');
}
