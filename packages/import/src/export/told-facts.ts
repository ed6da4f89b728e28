import type { ExportedSession, Row } from './read-session.ts';

/** What a format has no word for, for the place where it takes anything. */
export function toldFacts({ session, entries }: ExportedSession): { readonly varve: Row } {
  const calls = entries.flatMap((entry) => {
    const told = entry.kind === 'toolCall' ? toldOfCall(entry.row) : {};
    return entry.kind === 'toolCall' && Object.keys(told).length > 0 ? [{ id: entry.id, ...told }] : [];
  });
  return { varve: { ...toldOfSession(session), ...(calls.length > 0 && { calls }) } };
}

export function toldOfSession(session: Row): Row {
  return {
    ...(session.parent_session_id !== null && { parent_session_id: session.parent_session_id }),
    ...(session.parent_tool_call_id !== null && { parent_tool_call_id: session.parent_tool_call_id }),
    ...(session.title !== null && { title: session.title }),
    status: session.status,
  };
}

/** Nothing of a call that went well the first time, as most do. */
export function toldOfCall(call: Row): Row {
  return {
    ...(call.status !== 'ok' && { status: call.status }),
    ...(call.error_type !== null && { error_type: call.error_type }),
    ...(Number(call.attempt ?? 1) !== 1 && { attempt: call.attempt }),
    ...((call.mcp_server ?? null) !== null && { mcp_server: call.mcp_server }),
  };
}
