/** Ways to fill the child's tree: storing the copies one by one, or duplicating the parent's tree and replacing. */
export type Algorithm = 'bulk' | 'duplication';
export const ALGORITHMS: readonly Algorithm[] = ['bulk', 'duplication'];

/** fork() calls in ten seconds, by number of VMAs, as published with the change from one to the other (6.8). */
export const PUBLISHED: readonly ({ vmas: number } & Record<Algorithm, number>)[] = [
  { vmas: 21, bulk: 112100, duplication: 114558 },
  { vmas: 121, bulk: 76261, duplication: 83067 },
  { vmas: 221, bulk: 54227, duplication: 65008 },
  { vmas: 421, bulk: 34035, duplication: 45824 },
  { vmas: 821, bulk: 20195, duplication: 28751 },
  { vmas: 1621, bulk: 11112, duplication: 16072 },
  { vmas: 3221, bulk: 6017, duplication: 8922 },
  { vmas: 6421, bulk: 3161, duplication: 4747 },
  { vmas: 12821, bulk: 1606, duplication: 2436 },
  { vmas: 25621, bulk: 802, duplication: 1233 },
  { vmas: 51221, bulk: 393, duplication: 599 },
];

/** The published figure; null for a number of VMAs that was not measured. */
export function published(vmas: number, algorithm: Algorithm): number | null {
  return PUBLISHED.find((p) => p.vmas === vmas)?.[algorithm] ?? null;
}
