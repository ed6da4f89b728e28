/**
 * The value of a text, with null for numbers that JSON has no word for, which Python writes all the same; undefined where it is
 * no JSON.
 */
export function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return parseWithoutNaN(text);
  }
}

/** For a text that is no JSON: what it is without such numbers; undefined where it is no JSON then either. */
export function parseWithoutNaN(text: string): unknown {
  if (!text.includes('NaN') && !text.includes('Infinity')) return undefined;
  try {
    return JSON.parse(withoutNaN(text));
  } catch {
    return undefined;
  }
}

/** What a file holds that is one JSON value. */
export function parseDocument(bytes: Buffer): unknown {
  return parseOrUndefined(bytes.toString('utf8').replace(/^\u{feff}/u, ''));
}

function withoutNaN(text: string): string {
  let isInString = false;
  return text.replaceAll(/"|\\.|-?(?:NaN|Infinity)/gs, (found) => {
    if (found === '"') isInString = !isInString;
    return isInString || found === '"' || found.startsWith('\\') ? found : 'null';
  });
}
