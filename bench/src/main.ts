import { cpus } from 'node:os';

const benches = {
  start: () => import('./start.bench.ts'),
  session: () => import('./session.bench.ts'),
  record: () => import('./record.bench.ts'),
  lens: () => import('./lens.bench.ts'),
  unify: () => import('./unify.bench.ts'),
  fleet: () => import('./fleet.bench.ts'),
  scale: () => import('./scale.bench.ts'),
  questions: () => import('./questions.bench.ts'),
  upgrade: () => import('./upgrade.bench.ts'),
  rows: () => import('./rows.bench.ts'),
  import: () => import('./import.bench.ts'),
  page: () => import('./page.bench.ts'),
  adapters: () => import('./adapters.bench.ts'),
};

type BenchName = keyof typeof benches;

const wanted = process.argv.slice(2);
const names = (Object.keys(benches) as BenchName[]).filter(
  (name) => wanted.length === 0 || wanted.includes(name),
);
if (names.length === 0) {
  console.error(`no such benchmark; there are: ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}
console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}; times are medians, ratios to the first line`,
);
for (const name of names) await (await benches[name]()).run();
