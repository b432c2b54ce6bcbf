import { parseJson } from '@postern/kernel';
import type { Part, RedactedThinkingPart, ThinkingPart } from '@postern/protocol';
import { filledText, objectOf, textOf } from '../json/read-json.ts';
import { OPENAI_RESPONSES } from './limits.ts';

/*
 * Reasoning that a provider of another dialect signed or encrypted goes to the client in `encrypted_content`,
 * which clients send back unchanged. Its text is in there too: the signature is only valid with the same text, and
 * a client may shorten or omit the summary. No request to a provider has such content.
 */

const SIGNED = 'postern-signed:';
const REDACTED = 'postern-redacted:';

/** The `encrypted_content` for a part; undefined if the part isn't signed, or is this API's own. */
export function foreignContent(part: ThinkingPart | RedactedThinkingPart): string | undefined {
  if (part.kind === 'redacted-thinking') return REDACTED + part.data;
  const { text, signature = '', extra } = part;
  if (signature === '' || extra?.dialect === OPENAI_RESPONSES) return undefined;
  return SIGNED + JSON.stringify({ text, signature });
}

/** The part in `encrypted_content` that a client sends back; undefined if it is the content of a provider. */
export function decodeForeignContent(content: string | undefined): Part | undefined {
  if (content?.startsWith(REDACTED) === true) {
    return { kind: 'redacted-thinking', data: content.slice(REDACTED.length) };
  }
  if (content?.startsWith(SIGNED) !== true) return undefined;
  const parsed = parseJson(content.slice(SIGNED.length));
  const signed = parsed.ok ? objectOf(parsed.value) : undefined;
  const text = textOf(signed?.['text']) ?? '';
  const signature = filledText(signed?.['signature']);
  return { kind: 'thinking', text, ...(signature !== undefined && { signature }) };
}
