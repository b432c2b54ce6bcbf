import { sha256 } from '@noble/hashes/sha2.js';
import { encodeUtf8 } from '@postern/kernel';
import { base32crockford } from '@scure/base';

/** The ids that all dialects accept: Anthropic's `^[a-zA-Z0-9_-]+$` and OpenAI's 40 characters. */
const VALID = /^[a-zA-Z0-9_-]{1,40}$/;
const MARK = 'pid_';
const MAX_LENGTH = 40;

/**
 * The wire form of a tool call's id: the id itself if every dialect accepts it, an escaped form
 * (`functions.Bash:0` → `pid_functions-2e-Bash-3a-0`), or `pid_` and a digest if that is too long.
 * Deterministic, and different ids have different forms.
 */
export function wireCallId(callId: string): string {
  if (VALID.test(callId) && !callId.startsWith(MARK)) return callId;
  const escaped = MARK + escape(callId);
  return escaped.length < MAX_LENGTH ? escaped : MARK + digestOf(callId);
}

/** The form that Mistral requires: the id itself if it has it, otherwise a digest. */
export function nineCharacterCallId(callId: string): string {
  return /^[a-zA-Z0-9]{9}$/.test(callId) ? callId : digestOf(callId, 9);
}

/** Injective: hyphens occur only around the code of an escaped character. */
function escape(text: string): string {
  return text.replace(/[^a-zA-Z0-9_]/g, (char) => `-${char.charCodeAt(0).toString(16)}-`);
}

const DIGEST_LENGTH = 36;

/** The first characters of the text's SHA-256, in lower-case letters and digits. */
export function digestOf(text: string, length = DIGEST_LENGTH): string {
  return base32crockford
    .encode(sha256(encodeUtf8(text)))
    .toLowerCase()
    .slice(0, length);
}
