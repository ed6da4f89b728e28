/**
 * Writes a golden archive for every deployment that has none yet: an audit of the package beside this file, by the
 * code that ran at the time. Run it from the example's folder, so that the archives hold no path of this machine.
 */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deployments } from '../src/deployments.ts';
import { lineage } from '../src/lineage.ts';

for (const { version, service } of deployments) {
  const golden = `golden/${lineage.migrations[version - 1]?.name}.db`;
  if (existsSync(golden)) continue;
  const dir = mkdtempSync(join(tmpdir(), 'varve-freeze-'));
  const session = await service.begin(join(dir, 'live'), 'golden/audited');
  copyFileSync(await service.finish(session, join(dir, 'sealed')), golden);
  rmSync(dir, { recursive: true });
  console.log(golden);
}
