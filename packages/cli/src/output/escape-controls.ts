const control = /\p{Cc}/gu;

/** Text as a terminal may show it: what archives and file names hold must not move its cursor or change its colours. */
export function escapeControls(text: string): string {
  return text.replace(control, (character) => {
    const short = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character];
    return short ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}
