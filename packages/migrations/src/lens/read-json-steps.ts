import { type Expr, type FunctionCallExpr, nameKey } from '../sql/index.ts';
import { type JsonStep, type JsonSteps, joinedSteps } from './json-chain.ts';
import { isPlainCall } from './json-edits.ts';
import { type JsonPath, jsonPath, pathOfArrow } from './json-path.ts';
import { type Below, bare, columnBelow, putOver } from './put-over.ts';

/** What an expression makes of a column, by the name key of that; undefined for one that does anything else. */
export function readSteps(node: Expr, below: Below): (JsonSteps & { readonly key: string }) | undefined {
  const call = bare(node);
  if (call.type !== 'FunctionCallExpr' || !isPlainCall(call, below.scope)) return undefined;
  const [json, ...args] = call.args ?? [];
  const key = json && columnBelow(json, below)?.key;
  const inner = key === undefined ? json && readSteps(json, below) : { ...nothing, key };
  const step = inner && stepOf(call, args, below, inner.key);
  const joined = step && joinedSteps(inner, step);
  return joined && { ...joined, key: inner.key };
}

const nothing: JsonSteps = { steps: [], paths: [], isLax: true };

function stepOf(
  { name }: FunctionCallExpr,
  args: readonly Expr[],
  below: Below,
  key: string,
): JsonSteps | undefined {
  switch (nameKey(name.name)) {
    case 'json':
      return args.length === 0 ? nothing : undefined;
    case 'json_set':
    case 'json_insert':
    case 'json_replace':
      return change(nameKey(name.name).slice('json_'.length) as JsonStep['how'], args, below, key);
    case 'json_remove':
      return removal(args, below);
    case 'json_patch':
      return args[0]?.type === 'StringLiteral' ? patch(args[0], below) : undefined;
    default:
      return undefined;
  }
}

function change(
  how: JsonStep['how'],
  args: readonly Expr[],
  below: Below,
  key: string,
): JsonSteps | undefined {
  const written = args.map((arg, at) => putOver(arg, at % 2 === 1 ? 'member' : 'text', below));
  if (args.length % 2 === 1 || !areAllKnown(written)) return undefined;
  const paths = args.filter((_, at) => at % 2 === 0).map(literalPath);
  const isLax = areAllKnown(paths) && args.every((arg) => isHarmless(arg, below, key));
  return stepsOf({ how, args: written, paths: known(paths) }, isLax);
}

/** To remove `$` leaves NULL, and so does a path that is NULL. */
function removal(args: readonly Expr[], below: Below): JsonSteps | undefined {
  const paths = args.map(literalPath);
  const written = args.map((arg) => putOver(arg, 'text', below));
  const isRoot = paths.some((path) => path?.length === 0);
  if (isRoot || !areAllKnown(paths) || !areAllKnown(written)) return undefined;
  return stepsOf({ how: 'remove', args: written, paths }, true);
}

function patch(arg: Expr, below: Below): JsonSteps | undefined {
  const written = putOver(arg, 'text', below);
  return written === undefined
    ? undefined
    : stepsOf({ how: 'patch', args: [written], paths: undefined }, true);
}

function stepsOf(step: JsonStep, isLax: boolean): JsonSteps {
  return { steps: step.args.length === 0 ? [] : [step], paths: step.paths, isLax };
}

function literalPath(node: Expr): JsonPath | undefined {
  return node.type === 'StringLiteral' ? jsonPath(node.value) : undefined;
}

/** A constant, or a part of the JSON itself: of NULL it is NULL. */
function isHarmless(node: Expr, below: Below, key: string): boolean {
  if (['StringLiteral', 'NumericLiteral', 'NullLiteral'].includes(node.type)) return true;
  if (node.type === 'UnaryExpr') return node.expr.type === 'NumericLiteral';
  if (node.type === 'BinaryExpr') {
    const isPath = node.right.type === 'StringLiteral' && pathOfArrow(node.right.value) !== undefined;
    return node.op.startsWith('Arrow') && isPath && columnBelow(node.left, below)?.key === key;
  }
  if (node.type !== 'FunctionCallExpr' || nameKey(node.name.name) !== 'json_extract') return false;
  const [json, path] = node.args ?? [];
  const isPart = json && columnBelow(json, below)?.key === key && isPlainCall(node, below.scope);
  return isPart === true && path !== undefined && literalPath(path) !== undefined;
}

function areAllKnown<T>(list: readonly (T | undefined)[]): list is readonly T[] {
  return list.every((it) => it !== undefined);
}

function known<T>(list: readonly (T | undefined)[]): readonly T[] | undefined {
  return areAllKnown(list) ? list : undefined;
}
