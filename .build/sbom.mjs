// Bill of materials of what users install, as CycloneDX JSON on standard output: `npm run sbom`. npm's own `--omit dev`
// loses packages that development tools use too, so all are asked for and the lock file says which to keep.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './programs.mjs';

const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
const bill = JSON.parse(
  execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 27 }),
);
const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
const shipped = new Set(
  Object.entries(packages)
    .filter(([path, p]) => path !== '' && !p.dev && !p.devOptional)
    .map(([path, p]) => `${path.replace(/^.*node_modules\//, '')}@${p.version}`),
);
const nameOf = (c) => `${c.group ? `${c.group}/` : ''}${c.name}@${c.version}`;
const root = bill.metadata.component['bom-ref'];
const kept = bill.components.filter((c) => shipped.has(nameOf(c)));
const refs = new Set([root, ...kept.map((c) => c['bom-ref'])]);
const dependencies = bill.dependencies
  .filter((d) => refs.has(d.ref))
  .map((d) => ({ ...d, dependsOn: (d.dependsOn ?? []).filter((ref) => refs.has(ref)) }));
process.stdout.write(`${JSON.stringify({ ...bill, components: kept, dependencies }, null, 2)}\n`);
