import type { TraceStep } from '../judge/types.js';

/** A place in a file; `line` is 1-based, null where the file is all that is known. */
export function physical(path: string, line: number | null) {
  return {
    artifactLocation: { uri: encodeURI(path).replace(/[?#]/g, encodeURIComponent) },
    ...(line === null ? {} : { region: { startLine: line } }),
  };
}

/** An interleaving: one thread flow for each thread, `executionOrder` (from 1) runs across them. */
export function codeFlow(steps: readonly TraceStep[]) {
  const threads = [...new Set(steps.map((s) => s.thread))].sort();
  const numbered = steps.map((step, k) => ({ step, order: k + 1 }));
  return {
    message: { text: `An interleaving of ${steps.length} steps.` },
    threadFlows: threads.map((id) => ({
      id,
      locations: numbered.filter(({ step }) => step.thread === id).map(flowLocation),
    })),
  };
}

function flowLocation({ step, order }: { step: TraceStep; order: number }) {
  // a step of a skeleton or of user code stands in no file
  const inFile = step.line !== null && step.path !== '' && !step.path.includes(':');
  return {
    executionOrder: order,
    location: {
      message: { text: step.text },
      ...(inFile ? { physicalLocation: physical(step.path, step.line) } : {}),
      ...(step.function ? { logicalLocations: [{ name: step.function, kind: 'function' }] } : {}),
    },
  };
}
