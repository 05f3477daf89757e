import type { Seen, StandIn } from './stand-in.js';
import { invalid, missing, page, type Reply } from './stand-in-routes.js';
import type { StoredAnnotation, StoredCheck } from './stand-in-state.js';

/** GitHub: "a maximum of 50 per API request". */
const MAX_ANNOTATIONS = 50;

export function list(hub: StandIn, seen: Seen, [sha]: string[]): Reply {
  const [name, app] = [seen.query.get('check_name'), seen.query.get('app_id')];
  const runs = hub.checks.filter(
    (run) =>
      run.head_sha === sha &&
      (name === null || run.name === name) &&
      (app === null || run.app.id === Number(app)),
  );
  return page(runs, seen, (part) => ({ total_count: runs.length, check_runs: part }));
}

export function create(hub: StandIn, seen: Seen): Reply {
  const { name, head_sha } = seen.body as { name?: string; head_sha?: string };
  if (!name || !head_sha || !hub.heads.has(head_sha)) return invalid(`no such commit: ${head_sha}`);
  const { id, slug } = hub.options.app;
  const run: StoredCheck = {
    id: hub.nextId++,
    name,
    head_sha,
    status: 'queued',
    conclusion: null,
    external_id: null,
    output: null,
    annotations: [],
    actions: [],
    app: { id, slug },
    pull_requests: [],
  };
  const reply = change(run, seen.body);
  if (reply.status === 200) hub.checks.push(run);
  return reply.status === 200 ? { status: 201, body: run } : reply;
}

export function update(hub: StandIn, seen: Seen, [id]: string[]): Reply {
  const run = hub.checks.find((r) => r.id === Number(id));
  return run ? change(run, seen.body) : missing();
}

type Change = Partial<StoredCheck> & { output?: { annotations?: StoredAnnotation[] } };

function change(run: StoredCheck, body: Change): Reply {
  const { status, conclusion, external_id, output, actions } = body;
  if (status === 'completed' && !conclusion) return invalid('completed without a conclusion');
  const added = output?.annotations ?? [];
  if (output) {
    if (!output.title || !output.summary) return invalid('output without title or summary');
    if (output.title.length > 255) return invalid('title is too long');
    // the description counts characters; the database may count bytes
    const longest = Math.max(
      Buffer.byteLength(output.summary),
      Buffer.byteLength(output.text ?? ''),
    );
    if (longest > 65_535) return invalid('output is too long');
    if (added.length > MAX_ANNOTATIONS) return invalid('too many annotations');
    if (added.some((a) => a.start_line < 1)) return invalid('annotation without a line');
  }
  run.annotations.push(...added);
  const { annotations: _, ...shown } = output ?? {};
  const annotations_count = run.annotations.length;
  Object.assign(run, {
    status: status ?? run.status,
    conclusion: conclusion ?? (status === 'in_progress' ? null : run.conclusion),
    external_id: external_id ?? run.external_id,
    output: output ? { ...shown, annotations_count } : run.output,
    actions: actions ?? run.actions,
  });
  return { status: 200, body: run };
}
