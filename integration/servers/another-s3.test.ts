import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { census, findArchives, pushArchives, queryArchives, upgradeArchives } from '@varve/aggregator';
import { standardLineage as lineage } from '@varve/migrations';
import { expect, it } from 'vitest';
import { recordAnswerFleet } from '../../packages/aggregator/src/testing/answer-fleet.ts';
import { resetS3Client } from '../../packages/core/src/store/s3-client.ts';

interface Fauxqs {
  readonly port: number;
  createBucket(name: string): void;
  stop(): Promise<void>;
}

const isThere = existsSync(join(import.meta.dirname, 'node_modules/fauxqs'));

it.skipIf(!isThere)(
  'pushes, lists, reads and upgrades archives in a server of S3 that others made',
  async () => {
    const name = 'fauxqs';
    const { startFauxqs } = (await import(name)) as {
      startFauxqs(options: { port: number; logger: boolean }): Promise<Fauxqs>;
    };
    const server = await startFauxqs({ port: 0, logger: false });
    const root = mkdtempSync(join(tmpdir(), 'varve-s3-'));
    const before = { ...process.env };
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${server.port}`,
    });
    resetS3Client();
    try {
      server.createBucket('fleet');
      const report = await pushArchives(recordAnswerFleet(root), {
        into: 's3://fleet/archives',
        layout: 'hash',
      });
      expect(report).toMatchObject({ pushed: 31, failed: [] });
      expect((await findArchives('s3://fleet/archives')).archives).toHaveLength(31);
      expect((await census('s3://fleet/archives', { lineage })).states).toEqual({ current: 30, behind: 1 });
      const { rows } = await queryArchives('s3://fleet/archives', 'SELECT count(*) FROM sessions', {
        lineage,
      });
      expect(rows).toEqual([[31n]]);
      expect(
        await upgradeArchives('s3://fleet/archives', { lineage, jobs: 0, backupDir: 's3://fleet/originals' }),
      ).toMatchObject({ upgraded: 1, current: 30, failed: [] });
    } finally {
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
      Object.assign(process.env, before);
      resetS3Client();
      await server.stop();
      rmSync(root, { recursive: true, force: true });
    }
  },
);
