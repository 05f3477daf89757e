import type { Finding } from '../judge/types.js';
import type { PullInfo } from './types.js';

/**
 * Shell lines with which a reader gets the same review in a clone of the repository: the diff that GitHub shows, on the
 * tree that it starts from. With a finding: that rule only, with a file to replay.
 */
export function reproduceLines(
  pull: Pick<PullInfo, 'number' | 'headSha'>,
  base: string,
  finding?: Pick<Finding, 'rule'>,
): string[] {
  const rule = finding && /^[a-z0-9-]+$/.test(finding.rule) ? ` --rule ${finding.rule}` : '';
  return [
    `git fetch origin pull/${pull.number}/head`,
    `git diff ${base} ${pull.headSha} > pull-${pull.number}.diff`,
    `forklore review pull-${pull.number}.diff --tree . --base ${base.slice(0, 12)}${rule} --traces traces`,
  ];
}
