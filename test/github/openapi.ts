import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Ajv, type ValidateFunction } from 'ajv';
import { ROOT } from '../support.js';

/** GitHub's own description of its REST API, as this package carries it. */
const PACKAGE = '@octokit/openapi@23.0.2';
const FILE = 'package/generated/api.github.com.json';
const CACHE = join(ROOT, 'node_modules/.cache/forklore-openapi');

interface Operation {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content?: { 'application/json'?: { schema: object } } };
}

interface Parameter {
  $ref?: string;
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: object;
  'x-multi-segment'?: boolean;
}

interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: { parameters: Record<string, Parameter>; schemas: Record<string, object> };
}

/** A request as the description sees it. */
export interface Asked {
  method: string;
  /** Decoded, without host and `/api/v3`. */
  path: string;
  query: URLSearchParams;
  body: unknown;
}

const run = promisify(execFile);

/**
 * The one file out of the package (13 of its 385 MB), kept below node_modules/.cache. null when it can not be fetched,
 * which fails in CI.
 */
async function fetchDescription(): Promise<string | null> {
  const file = join(CACHE, `${PACKAGE.replace(/\W+/g, '-')}.json`);
  if (existsSync(file)) return file;
  mkdirSync(CACHE, { recursive: true });
  const scratch = mkdtempSync(join(CACHE, 'pack-'));
  try {
    const options = { cwd: scratch, timeout: 110_000 };
    const { stdout } = await run('npm', ['pack', '--silent', PACKAGE], options);
    await run('tar', ['xzf', stdout.trim(), FILE], options);
    renameSync(join(scratch, FILE), file);
    return file;
  } catch (cause) {
    if (process.env.CI) throw new Error(`${PACKAGE} can not be fetched`, { cause });
    console.warn(`${PACKAGE} can not be fetched: requests are not checked against it`);
    return null;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

interface Template {
  path: string;
  pattern: RegExp;
  names: string[];
  literals: number;
}

/** Checks requests against GitHub's OpenAPI description. */
export class OpenApi {
  static #loaded: Promise<OpenApi | null> | null = null;
  readonly #templates: Template[];
  readonly #ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  readonly #validators = new Map<string, ValidateFunction>();

  private constructor(readonly description: Description) {
    this.#templates = Object.keys(description.paths).map((path) => this.#template(path));
    this.#templates.sort((a, b) => b.literals - a.literals);
    this.#ajv.addSchema({ $id: 'api', components: description.components });
  }

  /** Loaded once a process. */
  static load(): Promise<OpenApi | null> {
    OpenApi.#loaded ??= fetchDescription().then((file) =>
      file === null ? null : new OpenApi(JSON.parse(readFileSync(file, 'utf8')) as Description),
    );
    return OpenApi.#loaded;
  }

  /** What is wrong with a request; empty when nothing is. */
  problems({ method, path, query, body }: Asked): string[] {
    const verb = method.toLowerCase();
    const at = this.#templates.find((t) => t.pattern.test(path) && this.#operation(t, verb));
    if (!at) return [`no operation ${method} ${path}`];
    const operation = this.#operation(at, verb)!;
    const parameters = (operation.parameters ?? []).map((p) => this.#resolve(p));
    const values = at.pattern.exec(path)!.slice(1);
    const given = new Map(
      at.names.map((name, i) => [`path ${name}`, decodeURIComponent(values[i])]),
    );
    for (const [name, value] of query) given.set(`query ${name}`, value);
    const out: string[] = [];
    for (const p of parameters) {
      const value = given.get(`${p.in} ${p.name}`);
      given.delete(`${p.in} ${p.name}`);
      if (value === undefined && p.required && p.in !== 'header') out.push(`${p.name} is missing`);
      else if (value !== undefined)
        out.push(
          ...this.#check(`${at.path} ${verb} ${p.name}`, p.schema, coerce(value, p.schema), p.name),
        );
    }
    for (const name of given.keys()) out.push(`unknown parameter ${name}`);
    const schema = operation.requestBody?.content?.['application/json']?.schema;
    if (!schema && body !== undefined) out.push('a body where none is expected');
    if (schema && body !== undefined) {
      out.push(...this.#check(`${at.path} ${verb} body`, schema, body, 'body'));
      out.push(...unknownKeys(schema, body));
    }
    if (operation.requestBody?.required && body === undefined) out.push('the body is missing');
    return out;
  }

  #operation(template: Template, verb: string): Operation | undefined {
    return this.description.paths[template.path][verb];
  }

  #resolve(p: Parameter): Parameter {
    const name = p.$ref?.replace('#/components/parameters/', '');
    return name === undefined ? p : this.description.components.parameters[name];
  }

  #template(path: string): Template {
    const names: string[] = [];
    const operations = Object.values(this.description.paths[path]);
    const multi = (name: string) =>
      operations.some((o) =>
        (o.parameters ?? []).some((p) => p.name === name && p['x-multi-segment']),
      );
    const pattern = path.replace(/\./g, '\\.').replace(/\{(\w+)\}/g, (_, name: string) => {
      names.push(name);
      return multi(name) || name === 'basehead' ? '(.+)' : '([^/]+)';
    });
    const literals = path.split('/').filter((part) => part !== '' && !part.startsWith('{')).length;
    return { path, pattern: new RegExp(`^${pattern}$`), names, literals };
  }

  #check(key: string, schema: object, value: unknown, name: string): string[] {
    let validate = this.#validators.get(key);
    if (!validate) {
      validate = this.#ajv.compile(absolute(schema) as object);
      this.#validators.set(key, validate);
    }
    if (validate(value)) return [];
    return (validate.errors ?? []).map((e) => `${name}${e.instancePath} ${e.message}`);
  }
}

/** A number in an address is text there. */
function coerce(value: string, schema: object): unknown {
  const { type } = schema as { type?: string };
  if (type === 'integer' || type === 'number') return Number(value);
  return type === 'boolean' ? value === 'true' : value;
}

/** References of the description point into the added schema. */
function absolute(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(absolute);
  if (schema === null || typeof schema !== 'object') return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) =>
      key === '$ref' ? [key, `api${value}`] : [key, absolute(value)],
    ),
  );
}

/** The description does not forbid keys that it does not name; a key that GitHub does not know is a slip of ours. */
function unknownKeys(schema: object, body: unknown): string[] {
  const { properties } = schema as { properties?: Record<string, unknown> };
  if (!properties || typeof body !== 'object' || body === null) return [];
  return Object.keys(body)
    .filter((key) => !(key in properties))
    .map((key) => `unknown key ${key}`);
}
