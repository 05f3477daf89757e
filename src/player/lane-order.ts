/** Names as columns: who forks first, then by name. */
export const laneOrder = (names: readonly string[]): string[] => [
  ...names.slice(0, 1),
  ...names.slice(1).sort((a, b) => a.localeCompare(b, 'en', { numeric: true })),
];
