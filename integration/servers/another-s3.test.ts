import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  census,
  exportArchives,
  findArchives,
  pushArchives,
  queryArchives,
  restoreArchives,
  upgradeArchives,
  writeManifest,
} from '@varve/aggregator';
import { openStore } from '@varve/core/internal';
import { standardLineage as lineage } from '@varve/migrations';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { recordAnswerFleet } from '../../packages/aggregator/src/testing/answer-fleet.ts';
import { resetS3Client } from '../../packages/core/src/store/s3-client.ts';
import { type FaultProxy, proxyFaults } from '../../packages/core/src/testing/fault-proxy.ts';

interface Fauxqs {
  readonly port: number;
  createBucket(name: string): void;
  stop(): Promise<void>;
}

const isThere = existsSync(join(import.meta.dirname, 'node_modules/fauxqs'));

describe.skipIf(!isThere)('a server of S3 that others made, where it is installed', () => {
  let server: Fauxqs;
  let proxy: FaultProxy;
  let fleet: string;
  const root = mkdtempSync(join(tmpdir(), 'varve-s3-'));
  const before = { ...process.env };

  beforeAll(async () => {
    const name = 'fauxqs';
    const { startFauxqs } = (await import(name)) as {
      startFauxqs(options: { port: number; logger: boolean }): Promise<Fauxqs>;
    };
    server = await startFauxqs({ port: 0, logger: false });
    proxy = await proxyFaults(`http://127.0.0.1:${server.port}`);
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_S3: proxy.endpoint,
    });
    resetS3Client();
    fleet = recordAnswerFleet(root);
  });
  afterAll(async () => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
    resetS3Client();
    await proxy[Symbol.asyncDispose]();
    await server.stop();
    rmSync(root, { recursive: true, force: true });
  });

  /** All 31 archives in a bucket of their own; the faults of a test end with it. */
  async function pushFleet(bucket: string) {
    onTestFinished(() => {
      proxy.fault = undefined;
    });
    server.createBucket(bucket);
    const where = `s3://${bucket}/archives` as const;
    const { pushed, current, failed } = await pushArchives(fleet, {
      into: where,
      layout: 'hash',
      keep: true,
    });
    // What was done and not answered is there already.
    expect([pushed + current, failed]).toEqual([31, []]);
    return where;
  }

  const countSessions = async (where: string) => {
    const { rows, problems } = await queryArchives(where, 'SELECT count(*) FROM sessions', { lineage });
    return { sessions: Number(rows[0]?.[0]), problems: problems.map(({ code }) => code) };
  };

  it('pushes, lists, reads and upgrades archives', async () => {
    const where = await pushFleet('fleet');
    expect((await findArchives(where)).archives).toHaveLength(31);
    expect((await census(where, { lineage })).states).toEqual({ current: 30, behind: 1 });
    expect(await countSessions(where)).toEqual({ sessions: 31, problems: [] });
    expect(
      await upgradeArchives(where, { lineage, jobs: 0, backupDir: 's3://fleet/originals' }),
    ).toMatchObject({ upgraded: 1, current: 30, failed: [] });
  });

  it('pushes, lists and reads each once while it hangs up, breaks off, and asks for patience', async () => {
    const met = new Map<string, number>();
    const faults = [
      'lost',
      'torn',
      { status: 503, code: 'SlowDown' },
      { status: 500, code: 'InternalError' },
      'unanswered',
    ] as const;
    proxy.fault = (request) => {
      const times = met.get(request) ?? 0;
      met.set(request, times + 1);
      return times === 0 ? faults[met.size % faults.length] : undefined;
    };
    const where = await pushFleet('unsteady');
    expect(await countSessions(where)).toEqual({ sessions: 31, problems: [] });
    expect(met.size).toBeGreaterThan(60);
    proxy.fault = undefined;
    const stored = (await openStore(where).list()).entries.length;
    expect(stored).toBe(31);
  });

  it('names what breaks off each time, and reads the rest', async () => {
    const where = await pushFleet('torn');
    const { archives } = await findArchives(where);
    const victim = archives[3]?.path ?? '';
    proxy.fault = (request) => (request === `GET ${victim.slice('s3://'.length)}` ? 'torn' : undefined);
    expect(await countSessions(where)).toEqual({ sessions: 30, problems: ['STORE_TORN'] });
    const into = join(root, 'parquet');
    const { failed, archives: exported } = await exportArchives(where, { lineage, into });
    expect([failed.map(({ path, code }) => [path, code]), exported]).toEqual([[[victim, 'STORE_TORN']], 30]);
  });

  it('leaves an object alone that another has written over since it was read', async () => {
    const where = await pushFleet('changed');
    const store = openStore(where);
    const other = join(
      fleet,
      readdirSync(fleet, { recursive: true })
        .map(String)
        .find((it) => it.endsWith('.db') && !it.includes('0000_')) ?? '',
    );
    let overwritten = '';
    proxy.fault = async (request) => {
      if (!request.startsWith('PUT changed/archives/') || overwritten !== '') return undefined;
      overwritten = request.slice('PUT changed/archives/'.length);
      await store.put(overwritten, other, 'any');
      return undefined;
    };
    const report = await upgradeArchives(where, { lineage, jobs: 0, backupDir: 's3://changed/originals' });
    expect(report.failed).toMatchObject([{ code: 'STORE_CHANGED', path: `${where}/${overwritten}` }]);
    const copy = join(root, 'copy');
    await store.read(overwritten, copy);
    expect(hashOf(copy)).toBe(hashOf(other));
  });

  it('reads an object as it is now that has changed between its listing and its reading', async () => {
    const where = await pushFleet('between');
    const [first, second] = (await findArchives(where)).archives;
    const store = openStore(where);
    const copy = join(root, 'second');
    await store.read((second?.path ?? '').slice(where.length + 1), copy);
    let isDone = false;
    proxy.fault = async (request) => {
      if (isDone || request !== `GET ${first?.path.slice('s3://'.length)}`) return undefined;
      isDone = true;
      await store.put((first?.path ?? '').slice(where.length + 1), copy, 'any');
      return undefined;
    };
    // The same session twice now counts once.
    expect(await countSessions(where)).toEqual({ sessions: 30, problems: [] });
    proxy.fault = undefined;
    const into = join(root, 'list.db');
    expect(await writeManifest(where, { lineage, into })).toMatchObject({ read: 31, failed: [] });
    expect(await countSessions(into)).toEqual({ sessions: 30, problems: [] });
  });

  it('says that credentials have expired, and goes on with new ones where it was', async () => {
    const where = await pushFleet('expired');
    let isExpired = false;
    proxy.fault = (request) => {
      // After some of the work is done.
      isExpired ||= request.startsWith('PUT expired/originals/');
      return isExpired ? { status: 403, code: 'ExpiredToken' } : undefined;
    };
    const options = { lineage, jobs: 0, backupDir: 's3://expired/originals' } as const;
    const report = await upgradeArchives(where, options);
    expect([...new Set(report.failed.map(({ code }) => code))]).toEqual(['STORE_DENIED']);
    expect(report.upgraded).toBe(0);
    proxy.fault = undefined;
    expect(await upgradeArchives(where, options)).toMatchObject({ upgraded: 1, current: 30, failed: [] });
    expect(await restoreArchives('s3://expired/originals', { into: where, lineage })).toMatchObject({
      restored: 1,
      failed: [],
    });
    expect((await census(where, { lineage })).states).toEqual({ current: 30, behind: 1 });
  });
});

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
