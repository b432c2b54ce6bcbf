import { eventAround, isJsonObject, lastEventEnd, parseJson, sseParser } from '@postern/kernel';

/*
 * Where the gateway asked for the usage chunk and the client did not, the client must not see it: it
 * is an event of its own, with `"choices": []`, just before `[DONE]` (OpenAI, Create chat completion,
 * `stream_options`). Every other byte goes through as it came.
 */

const NOTHING = Buffer.alloc(0);
/** Far more than a usage chunk has; an unfinished event beyond it is none and is not held back. */
const MAX_HELD_BYTES = 65_536;
/** Cheap and generous: what matches is looked at closely, and hardly anything matches. */
const MAYBE_USAGE = /"choices"\s*:\s*\[\s*\]/g;

/** Takes the usage chunk out of a stream of chat completion chunks. */
export class UsageChunkFilter {
  #held: Buffer = NOTHING;

  /** What may go on to the client now: whole events, or nothing yet. */
  push(chunk: Buffer): Buffer {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const lastEnd = lastEventEnd(bytes);
    const end = bytes.length - lastEnd > MAX_HELD_BYTES ? bytes.length : lastEnd;
    this.#held = end === bytes.length ? NOTHING : bytes.subarray(end);
    const whole = end === bytes.length ? bytes : bytes.subarray(0, end);
    return withoutUsage(whole);
  }

  /** What was held back of an event that never ended. */
  end(): Buffer {
    const rest = this.#held;
    this.#held = NOTHING;
    return rest;
  }
}

function withoutUsage(bytes: Buffer): Buffer {
  const kept: Buffer[] = [];
  let from = 0;
  let lookedAt = 0;
  for (const { index } of bytes.toString('latin1').matchAll(MAYBE_USAGE)) {
    if (index < lookedAt) continue;
    const { start, end } = eventAround(bytes, index);
    lookedAt = end;
    if (!isUsageChunk(bytes.subarray(start, end))) continue;
    kept.push(bytes.subarray(from, start));
    from = end;
  }
  return from === 0 ? bytes : Buffer.concat([...kept, bytes.subarray(from)]);
}

function isUsageChunk(event: Buffer): boolean {
  const events = sseParser().push(event);
  const parsed = parseJson(events.ok ? (events.value[0]?.data ?? '') : '');
  if (!parsed.ok || !isJsonObject(parsed.value)) return false;
  const { choices, usage } = parsed.value;
  return Array.isArray(choices) && choices.length === 0 && isJsonObject(usage);
}
