import { areApart, type JsonPath } from './json-path.ts';

export interface JsonStep {
  readonly how: 'set' | 'insert' | 'replace' | 'remove' | 'patch';
  /** The SQL of what the function takes besides the JSON. */
  readonly args: readonly string[];
  readonly paths: readonly JsonPath[] | undefined;
}

/** What functions make of JSON, one after another, and all at once when it is read. */
export interface JsonSteps {
  readonly steps: readonly JsonStep[];
  /** All places where they may change it; undefined when that is not known. */
  readonly paths: readonly JsonPath[] | undefined;
  /** True when of NULL they make NULL, and cannot fail there. */
  readonly isLax: boolean;
}

const most = { steps: 30, args: 60 };

/** What was made first, and then of that; undefined where it is too much for one expression. */
export function joinedSteps(first: JsonSteps, then: JsonSteps): JsonSteps | undefined {
  const steps = then.steps.reduce(withStep, first.steps);
  const count = steps.reduce((sum, { args }) => sum + args.length, 0);
  if (steps.length > most.steps || count > most.args) return undefined;
  const paths = first.paths && then.paths && [...first.paths, ...then.paths];
  return { steps, paths, isLax: first.isLax && then.isLax };
}

/**
 * A function takes any number of changes, and makes one after another. What goes is taken out before anything is put
 * elsewhere, so that functions of a kind come together and less is moved.
 */
function withStep(steps: readonly JsonStep[], step: JsonStep): readonly JsonStep[] {
  const last = steps.at(-1);
  if (!last) return [step];
  const before = steps.slice(0, -1);
  if (last.how === step.how && step.how !== 'patch') {
    const paths = last.paths && step.paths && [...last.paths, ...step.paths];
    return [...before, { how: step.how, args: [...last.args, ...step.args], paths }];
  }
  if (step.how === 'remove' && isElsewhere(step, last)) return [...withStep(before, step), last];
  return [...steps, step];
}

function isElsewhere({ paths }: JsonStep, other: JsonStep): boolean {
  return paths?.every((path) => other.paths?.every((it) => areApart(path, it)) ?? false) ?? false;
}

export function chainSql({ steps }: JsonSteps, column: string, as: 'json' | 'jsonb'): string {
  if (steps.length === 0) return `${as}(${column})`;
  return steps.reduce((json, { how, args }, at) => {
    const prefix = at === steps.length - 1 ? as : 'jsonb';
    return `${prefix}_${how}(${[json, ...args].join(', ')})`;
  }, column);
}
