import { sha256 } from '@noble/hashes/sha2.js';
import { encodeUtf8 } from '@postern/kernel';
import { base32crockford } from '@scure/base';

/** What both sides take: Anthropic's `^[a-zA-Z0-9_-]+$` and OpenAI's 40 characters. */
const VALID = /^[a-zA-Z0-9_-]{1,40}$/;
const MARK = 'pid_';
const MAX_LENGTH = 40;

/**
 * The form in which a tool call's id is sent: the id itself where every dialect takes it, else an
 * escaped form (`functions.Bash:0` → `pid_functions-2e-Bash-3a-0`), else `pid_` and a digest. The
 * same id always gives the same form, and two ids never give the same.
 */
export function wireCallId(callId: string): string {
  if (VALID.test(callId) && !callId.startsWith(MARK)) return callId;
  const escaped = MARK + escape(callId);
  return escaped.length < MAX_LENGTH ? escaped : MARK + digestOf(callId);
}

/** Injective: a hyphen stands only around the code of an escaped character. */
function escape(text: string): string {
  return text.replace(/[^a-zA-Z0-9_]/g, (char) => `-${char.charCodeAt(0).toString(16)}-`);
}

const DIGEST_LENGTH = 36;

/** A short name for a long text: the beginning of its SHA-256, in lower-case letters and digits. */
export function digestOf(text: string, length = DIGEST_LENGTH): string {
  return base32crockford
    .encode(sha256(encodeUtf8(text)))
    .toLowerCase()
    .slice(0, length);
}
