import { ForkloreError } from '../base/errors.js';
import type { Outline, OutlineOption } from './outline.js';
import type { Shell } from './shells.js';

/** The completion script of a shell. `rules`: ids for `--rule`. */
export function completionScript(shell: Shell, root: Outline, rules: readonly string[]): string {
  const program = withRules(root, rules);
  switch (shell) {
    case 'bash':
      return bash(program);
    case 'zsh':
      return zsh(program);
    case 'fish':
      return fish(program);
  }
}

function withRules(o: Outline, rules: readonly string[]): Outline {
  const named = (x: OutlineOption) => (x.long === '--rule' ? { ...x, choices: rules } : x);
  return {
    ...o,
    options: o.options.map(named),
    commands: o.commands.map((c) => withRules(c, rules)),
  };
}

/** What goes into a shell script between single quotes. */
function word(text: string): string {
  if (!/^[\w.,:/-]+$/.test(text)) throw new ForkloreError('bug', `internal: odd word "${text}"`);
  return text;
}

const nodes = (o: Outline): Outline[] => [o, ...o.commands.flatMap(nodes)];
const wordsOf = (o: Outline): string[] => [
  ...o.args.flatMap((a) => a.choices.map(word)),
  ...o.commands.map((c) => word(c.path.at(-1)!)),
  ...o.options.map((x) => word(x.long)),
  '--help',
];

/** Lines of a `case` on `path`: the words that may follow, and the values of options. */
function cases(root: Outline): { words: string[]; values: string[]; commands: string[] } {
  const key = (o: Outline) => o.path.slice(1).join(' ');
  const all = nodes(root);
  return {
    words: all.map((o) => `    '${key(o)}') words='${wordsOf(o).join(' ')}' ;;`),
    values: all.flatMap((o) =>
      o.options
        .filter((x) => x.takesValue)
        .map(
          (x) => `    '${key(o)} ${x.long}') values='${x.choices.map(word).join(' ')}'; given=1 ;;`,
        ),
    ),
    commands: all.filter((o) => o.path.length > 1).map((o) => `'${key(o)}'`),
  };
}

/** Finds the command among the words before the cursor; the same text works in bash and zsh. */
function common(root: Outline): string {
  const { words, values, commands } = cases(root);
  return `  for w in "\${before[@]}"; do
    case "\${path:+$path }$w" in
    ${commands.join('|')}) path="\${path:+$path }$w" ;;
    esac
  done
  case "$path $prev" in
${values.join('\n')}
  esac
  case "$path" in
${words.join('\n')}
  esac`;
}

function bash(root: Outline): string {
  return `# bash completion of forklore: source <(forklore completion bash)
_forklore() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD - 1]}"
  local -a before=("\${COMP_WORDS[@]:1:COMP_CWORD-1}")
  local path='' words='' values='' given='' w
${common(root)}
  COMPREPLY=()
  if [ -n "$given" ]; then
    if [ -n "$values" ]; then COMPREPLY=($(compgen -W "$values" -- "$cur")); fi
  elif [[ $cur == -* || -z $path || $words != -* ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
  fi
}
complete -o default -F _forklore forklore
`;
}

function zsh(root: Outline): string {
  return `#compdef forklore
# zsh completion of forklore: forklore completion zsh > a folder of $fpath/_forklore
_forklore() {
  local cur="\${words[CURRENT]}" prev="\${words[CURRENT - 1]}"
  local -a before=("\${words[@]:1:$((CURRENT - 2))}")
  _forklore_at
}
_forklore_at() {
  local path_='' given='' values='' w
  local -a list
${common(root)
  .replace(/\bpath\b/g, 'path_')
  .replace(/words='([^']*)'/g, 'list=($1)')}
  if [[ -n $given ]]; then
    if [[ -n $values ]]; then compadd -- \${=values}; else _files; fi
  elif [[ $cur == -* || -z $path_ || \${list[1]} != -* ]]; then
    compadd -- $list
  else
    _files
  fi
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _forklore "$@"; else compdef _forklore forklore; fi
`;
}

function fish(root: Outline): string {
  const lines = ['# fish completion of forklore: forklore completion fish | source'];
  const text = (s: string) => `'${s.replace(/[\\']/g, '\\$&')}'`;
  for (const o of nodes(root)) {
    const path = o.path.slice(1);
    const here = path.map((w) => `__fish_seen_subcommand_from ${word(w)}`);
    const below = o.commands.map((c) => word(c.path.at(-1)!)).join(' ');
    const deeper = below ? [`not __fish_seen_subcommand_from ${below}`] : [];
    const when = [...here, ...deeper].join('; and ');
    for (const c of o.commands)
      lines.push(
        `complete -c forklore -f -n '${when}' -a ${c.path.at(-1)!} -d ${text(c.description)}`,
      );
    const values = o.args.flatMap((a) => a.choices.map(word)).join(' ');
    if (values) lines.push(`complete -c forklore -f -n '${when}' -a '${values}'`);
    for (const x of o.options) {
      const long = word(x.long.replace(/^--/, ''));
      const value = !x.takesValue
        ? ''
        : x.choices.length
          ? ` -xa '${x.choices.map(word).join(' ')}'`
          : ' -r';
      const at = here.length ? ` -n '${here.join('; and ')}'` : '';
      lines.push(`complete -c forklore${at} -l ${long}${value} -d ${text(x.description)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
