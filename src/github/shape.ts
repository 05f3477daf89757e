/** Says whether a value of a delivery is what GitHub documents. */
type Check = (x: unknown) => boolean;

const string: Check = (x) => typeof x === 'string';
const id: Check = (x) => Number.isSafeInteger(x) && (x as number) > 0;
const count: Check = (x) => Number.isSafeInteger(x) && (x as number) >= 0;
const flag: Check = (x) => typeof x === 'boolean';
const matching =
  (pattern: RegExp): Check =>
  (x) =>
    typeof x === 'string' && pattern.test(x);
/** Names of accounts and repositories; nothing in them leaves a path of the API. */
const name = matching(/^(?!\.{1,2}$)[\w.-]{1,100}$/);
const sha = matching(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);
const maybe =
  (check: Check): Check =>
  (x) =>
    x === undefined || x === null || check(x);
const given =
  (check: Check): Check =>
  (x) =>
    x === undefined || check(x);

function object(fields: Record<string, Check>): Check {
  return (x) => {
    if (typeof x !== 'object' || x === null || Array.isArray(x)) return false;
    return Object.entries(fields).every(([key, check]) =>
      check(Object.hasOwn(x, key) ? (x as Record<string, unknown>)[key] : undefined),
    );
  };
}

const account = object({ login: string, type: given(string) });
const ref = object({ sha, ref: string });
const check = object({ head_sha: sha, app: maybe(object({ id: count })) });

const FIELDS: Record<string, Check> = {
  action: given(string),
  installation: maybe(object({ id })),
  repository: given(object({ name, owner: object({ login: name }) })),
  sender: maybe(account),
  changes: maybe(object({})),
  before: given(sha),
  check_run: given(check),
  check_suite: given(check),
  requested_action: maybe(object({ identifier: string })),
  issue: given(object({ number: id })),
  comment: given(object({ id, body: maybe(string), user: maybe(account) })),
  pull_request: given(
    object({
      ...{ number: id, title: string, user: maybe(account), state: string, draft: maybe(flag) },
      ...{ head: ref, base: ref, changed_files: maybe(count), commits: maybe(count) },
      updated_at: string,
    }),
  ),
};

/** The first field of a delivery that is not what GitHub documents; null when those that are looked at are. */
export function wrongField(payload: unknown): string | null {
  if (!object({})(payload)) return 'payload';
  const fields = payload as Record<string, unknown>;
  for (const [key, right] of Object.entries(FIELDS))
    if (!right(Object.hasOwn(fields, key) ? fields[key] : undefined)) return key;
  return null;
}
