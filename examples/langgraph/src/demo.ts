/** Both releases one after the other, each in a process of its own; then a question over all threads. */
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openArchive } from '@varve/core';
import { lineage } from './lineage.ts';

const dir = mkdtempSync(join(tmpdir(), 'refund-desk-'));
try {
  for (const release of ['yesterday', 'today']) {
    const program = fileURLToPath(new URL(`./${release}.ts`, import.meta.url));
    execFileSync(process.execPath, [program, dir], { stdio: 'inherit' });
  }
  for (const path of globSync('archives/*.db', { cwd: dir }).sort()) {
    using archive = openArchive(join(dir, path), { lineage });
    const { approvals, sessions } = lineage.tables;
    const [thread] = archive.db.select().from(sessions).all();
    for (const { approvedBy, answer, amount } of archive.db.select().from(approvals).all())
      console.log(
        `audit: ${thread?.id}, version ${archive.version}: ${approvedBy} said ${answer} to ${amount}`,
      );
  }
} finally {
  rmSync(dir, { recursive: true });
}
