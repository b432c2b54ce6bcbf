/**
 * Returns the forms in which a text can leak: raw, hex, base64 and base64url at the three
 * alignments, UTF-16, URL- and JSON-escaped. Forms with the same bytes are returned once.
 */
export function formsOfText(text: string): readonly (readonly [form: string, bytes: Buffer])[] {
  const raw = Buffer.from(text, 'utf8');
  const little = Buffer.from(text, 'utf16le');
  const forms: [string, Buffer][] = [
    ['raw', raw],
    ['hex', Buffer.from(raw.toString('hex'))],
    ['upper-case hex', Buffer.from(raw.toString('hex').toUpperCase())],
    ['UTF-16LE', little],
    ['UTF-16BE', Buffer.from(little).swap16()],
    ['URL', Buffer.from(encodeURIComponent(text))],
    ['JSON', Buffer.from(JSON.stringify(text).slice(1, -1))],
    ['JSON in ASCII', Buffer.from(asciiJson(text))],
  ];
  for (const alignment of [0, 1, 2]) {
    for (const encoding of ['base64', 'base64url'] as const) {
      forms.push([
        `${encoding} at ${alignment}`,
        Buffer.from(base64Core(raw, alignment, encoding)),
      ]);
    }
  }
  const seen = new Set<string>();
  return forms.filter(([, bytes]) => {
    const key = bytes.toString('latin1');
    return !seen.has(key) && seen.add(key).has(key);
  });
}

/** The base64 digits that depend only on the text, not on the bytes before and after it. */
function base64Core(raw: Buffer, alignment: number, encoding: 'base64' | 'base64url'): string {
  const padded = Buffer.concat([Buffer.alloc(alignment), raw]);
  const whole = padded.subarray(0, padded.length - (padded.length % 3)).toString(encoding);
  return alignment === 0 ? whole : whole.slice(4);
}

function asciiJson(text: string): string {
  return Array.from({ length: text.length }, (_, at) => {
    const code = text.charCodeAt(at);
    return code < 0x80 ? text.charAt(at) : `\\u${code.toString(16).padStart(4, '0')}`;
  }).join('');
}
