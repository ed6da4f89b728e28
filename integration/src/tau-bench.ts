import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** 200 real sessions of an airline agent, kept outside the repository. */
export const tauBenchPath = fileURLToPath(
  new URL('../../../shared/data/tau-bench/gpt-4o-airline.json', import.meta.url),
);

const messageSchema = z.discriminatedUnion('role', [
  z.object({ role: z.literal('system'), content: z.string() }),
  z.object({ role: z.literal('user'), content: z.string() }),
  z.object({
    role: z.literal('assistant'),
    content: z.string().nullable(),
    tool_calls: z
      .array(z.object({ id: z.string(), function: z.object({ name: z.string(), arguments: z.string() }) }))
      .nullish(),
  }),
  z.object({ role: z.literal('tool'), name: z.string(), tool_call_id: z.string(), content: z.string() }),
]);

const sessionSchema = z.object({
  task_id: z.number(),
  trial: z.number(),
  reward: z.number(),
  traj: z.array(messageSchema),
});

export type TauSession = z.infer<typeof sessionSchema>;

export function hasTauBench(): boolean {
  return existsSync(tauBenchPath);
}

export function readTauBench(): TauSession[] {
  return z.array(sessionSchema).parse(JSON.parse(readFileSync(tauBenchPath, 'utf8')));
}

export interface TauCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: Record<string, z.infer<ReturnType<typeof z.json>>>;
  /** The tool's answer as it stood in the trajectory; undefined when the session ended before one came. */
  readonly answer: string | undefined;
}

export type TauStep =
  | { readonly kind: 'message'; readonly role: 'system' | 'user'; readonly text: string }
  | { readonly kind: 'reply'; readonly text: string }
  | { readonly kind: 'call'; readonly call: TauCall };

/** A trajectory as steps. Ids of calls repeat, so an answer belongs to the call right before it. */
export function stepsOf(session: TauSession): TauStep[] {
  return session.traj.flatMap((message, at): TauStep[] => {
    if (message.role === 'tool') return [];
    if (message.role !== 'assistant') return [{ kind: 'message', role: message.role, text: message.content }];
    const reply: TauStep[] = message.content === null ? [] : [{ kind: 'reply', text: message.content }];
    const calls = (message.tool_calls ?? []).map(
      ({ id, function: { name, arguments: json } }, nth): TauStep => {
        const next = session.traj[at + 1 + nth];
        const answer = next?.role === 'tool' ? next.content : undefined;
        return { kind: 'call', call: { id, name, arguments: JSON.parse(json), answer } };
      },
    );
    return [...reply, ...calls];
  });
}
