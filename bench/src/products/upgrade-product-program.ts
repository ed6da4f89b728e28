/** Brings a folder of one product's files to head, as `varve upgrade` does, and prints how it went as JSON. */
import { upgradeArchives } from '@varve/aggregator';
import { products } from './product.ts';
import { productLineage } from './product-lineage.ts';

const [name, fleet = '', verify] = process.argv.slice(2);
const product = products.find((it) => it.name === name);
if (!product) throw new Error(`there is no product ${name}`);
const hows: Record<string, number> = {};
const { failed, durationMs } = await upgradeArchives(fleet, {
  lineage: productLineage(product),
  verify: verify === 'full' ? 'full' : 'counts',
  acceptLoss: true,
  onFile: ({ how }) => {
    hows[how] = (hows[how] ?? 0) + 1;
  },
});
if (failed.length > 0) throw new Error(`not all were upgraded: ${JSON.stringify(failed.slice(0, 3))}`);
console.log(JSON.stringify({ durationMs, hows }));
