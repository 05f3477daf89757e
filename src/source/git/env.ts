/**
 * Settings that the repository under review must not choose: what would run a program, reach out, or change the form of
 * a diff. They win over the repository's own configuration; the user's and the system's are not read at all.
 */
const SETTINGS: Record<string, string> = {
  'safe.directory': '*',
  'core.fsmonitor': 'false',
  'core.hooksPath': '/dev/null',
  'core.pager': 'cat',
  'core.disambiguate': 'blob',
  'core.quotePath': 'true',
  'protocol.allow': 'never',
  'log.showSignature': 'false',
  'diff.suppressBlankEmpty': 'false',
  'diff.noprefix': 'false',
  'diff.mnemonicPrefix': 'false',
  'diff.renames': 'true',
  'format.numbered': 'auto',
  'format.useAutoBase': 'false',
  'format.mboxrd': 'false',
  'format.noprefix': 'false',
};

/** The whole environment of a git process on the repository `gitDir`. `path`: where programs are looked for. */
export function gitEnv(gitDir: string, path: string | undefined): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    GIT_DIR: gitDir,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_PAGER: 'cat',
    LC_ALL: 'C',
    TZ: 'UTC',
  };
  if (path !== undefined) env.PATH = path;
  const entries = Object.entries(SETTINGS);
  env.GIT_CONFIG_COUNT = String(entries.length);
  for (const [i, [key, value]] of entries.entries()) {
    env[`GIT_CONFIG_KEY_${i}`] = key;
    env[`GIT_CONFIG_VALUE_${i}`] = value;
  }
  return env;
}
