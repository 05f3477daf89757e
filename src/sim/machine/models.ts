import type { Primitive } from './primitive.js';

/** A model, and whether it may yield. */
export interface Model {
  run: Primitive;
  yields: boolean;
}

const GeneratorFunction = Object.getPrototypeOf(function* () {}).constructor;

/** A primitive that is a generator may yield, and is run again for each way on. */
export const yieldsOf = (run: Primitive): boolean => run instanceof GeneratorFunction;

/** The models that a Machine runs with, as it asks for them. */
export class Models {
  private readonly byName = new Map<string, Model>();
  /** Names of the models of loads, and of stores, by kind of object and field. */
  private readonly fields = {
    load: new Map<string, Map<string, string>>(),
    store: new Map<string, Map<string, string>>(),
  };

  constructor(primitives: Readonly<Record<string, Primitive>>) {
    for (const [name, run] of Object.entries(primitives)) {
      this.byName.set(name, { run, yields: yieldsOf(run) });
      const [, op, kind, field] = /^(load|store) (\w+)\.(.*)$/.exec(name) ?? [];
      if (field === undefined) continue;
      const byKind = this.fields[op as 'load' | 'store'];
      if (!byKind.has(kind)) byKind.set(kind, new Map());
      byKind.get(kind)!.set(field, name);
    }
  }

  named(name: string): Model | undefined {
    return this.byName.get(name);
  }

  /** Fields of a kind of object whose loads or stores have models, with the names of those. */
  fieldsOf(op: 'load' | 'store', kind: string): ReadonlyMap<string, string> | undefined {
    return this.fields[op].get(kind);
  }
}

const made = new WeakMap<object, Models>();

/** The models of a table, looked through once. */
export function modelsOf(primitives: Readonly<Record<string, Primitive>>): Models {
  let m = made.get(primitives);
  if (!m) made.set(primitives, (m = new Models(primitives)));
  return m;
}
