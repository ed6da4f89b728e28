import { ToolFailure } from './tools/tool-failure.ts';

/** What a tool call came to, or undefined where the tool failed: the session has recorded why. */
export async function attempt<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ToolFailure) return undefined;
    throw error;
  }
}
