import { restore, unify, upgrade } from './archive-scenarios.ts';
import { replayed } from './fault-lineage.ts';
import type { Scenario } from './scenario.ts';
import { create, createTwice, record, recoverOne, seal } from './session-scenarios.ts';

const few = ['one', 'two', 'three'];
/** More than is built in memory. */
const large = Array.from({ length: 9 }, (_, at) => `${at}${'x'.repeat(1_000_000)}`);

/** Those that build more than fits in memory take thousands of operations. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  create,
  'create twice': createTwice,
  record,
  seal,
  recover: recoverOne,
  'upgrade in one pass': upgrade({ bodies: few }),
  'upgrade by replay': upgrade({ bodies: few, lineage: replayed }),
  'upgrade with a WAL': upgrade({ bodies: few, hasWal: true }),
  restore: restore(false),
  'restore over rows since': restore(true),
  'fill a view': unify(false),
  'refresh a view': unify(true),
  'upgrade a large file in one pass': upgrade({ bodies: large }),
  'upgrade a large file by replay': upgrade({ bodies: large, lineage: replayed }),
};
