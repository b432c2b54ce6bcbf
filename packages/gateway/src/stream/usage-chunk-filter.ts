import { eventAround, isJsonObject, lastEventEnd, parseJson, sseParser } from '@postern/kernel';

/*
 * If the gateway requested the usage chunk and the client didn't, the client must not get it. The chunk is a
 * separate event, with `"choices": []`, just before `[DONE]` (OpenAI, Create chat completion,
 * `stream_options`). All other bytes pass unchanged.
 */

const NOTHING = Buffer.alloc(0);
/** Far longer than a usage chunk. A longer unfinished event isn't held back. */
const MAX_HELD_BYTES = 65_536;
/** A cheap first check. Matches are rare, and are then parsed. */
const MAYBE_USAGE = /"choices"\s*:\s*\[\s*\]/g;

/** Removes the usage chunk from a stream of chat completion chunks. */
export class UsageChunkFilter {
  #held: Buffer = NOTHING;

  /** Returns the bytes to send now: whole events, or none. */
  push(chunk: Buffer): Buffer {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const lastEnd = lastEventEnd(bytes);
    const end = bytes.length - lastEnd > MAX_HELD_BYTES ? bytes.length : lastEnd;
    this.#held = end === bytes.length ? NOTHING : bytes.subarray(end);
    const whole = end === bytes.length ? bytes : bytes.subarray(0, end);
    return withoutUsage(whole);
  }

  /** Returns the held-back start of an event that didn't end. */
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
  const text = bytes.toString('latin1');
  // `matchAll` would copy the expression for each chunk.
  MAYBE_USAGE.lastIndex = 0;
  for (let found = MAYBE_USAGE.exec(text); found !== null; found = MAYBE_USAGE.exec(text)) {
    const { index } = found;
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
  if (!Array.isArray(choices) || choices.length > 0 || !isJsonObject(usage)) return false;
  // OpenRouter, which sends the cost, also sends this chunk if the client didn't request it.
  return usage['cost'] === undefined;
}
