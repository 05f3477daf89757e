/** What the address of the page shows: `#f=7c1e&r=m1&s=3a`. */
export interface Route {
  /** Finding, by the first digits of its id; null: the first. */
  finding: string | null;
  /** Run of that finding; null: its first. */
  run: string | null;
  /** Label of a step; null: before the first. */
  step: string | null;
}

/** Reads the part of an address behind `#`. What is no part of a route is passed over. */
export function parseRoute(hash: string): Route {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  const take = (name: string) => params.get(name)?.slice(0, 64) || null;
  return { finding: take('f'), run: take('r'), step: take('s') };
}

/** The address of a route, with the `#`. */
export function formatRoute(r: Route): string {
  const params = new URLSearchParams();
  if (r.finding) params.set('f', r.finding);
  if (r.run) params.set('r', r.run);
  if (r.step) params.set('s', r.step);
  return `#${params.toString()}`;
}
