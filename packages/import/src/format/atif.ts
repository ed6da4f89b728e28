import { idOf, TrajectoryMapper } from './atif-mapper.ts';
import type { LogFormat, LogRecord } from './contract.ts';
import { firstRecordOf } from './first-record.ts';
import { isObject, type JsonObject, objectOf } from './json-access.ts';

/** Harbor's Agent Trajectory Interchange Format, 1.0 to 1.8. Source: docs/rfcs/0001-trajectory-format.md there. */
export const atif: LogFormat = {
  name: 'atif',
  recognise: ({ values: [value] }) => isObject(value) && isTrajectory(value),
  identify: (sample) => ({
    kin: [idOf(objectOf(sample.values[0]), sample.path), firstRecordOf(sample)],
    rank: 0,
  }),
  open: (context) => ({
    map({ value }: LogRecord) {
      if (!isObject(value) || !isTrajectory(value)) return 'not a trajectory';
      new TrajectoryMapper(context, value, undefined).map();
      return undefined;
    },
  }),
};

function isTrajectory({ schema_version, steps }: JsonObject): boolean {
  return typeof schema_version === 'string' && /^ATIF-v?1/i.test(schema_version) && Array.isArray(steps);
}
