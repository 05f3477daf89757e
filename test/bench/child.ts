// One exploration in a process of its own. Arguments: root, tree, case (JSON), mode. Prints one line of JSON.
import type { Case, Mode } from './cases.js';
import { exploreCase } from './explore-case.js';
import { loadProduct } from './product.js';

const [root, tree, c, mode] = process.argv.slice(2);
const product = await loadProduct(root);
const explored = await exploreCase(product, tree, JSON.parse(c) as Case, mode as Mode);
const used = process.resourceUsage();
process.stdout.write(
  `${JSON.stringify({
    ...explored,
    cpu: (used.userCPUTime + used.systemCPUTime) / 1e6,
    megabytes: used.maxRSS / 1024,
  })}\n`,
);
