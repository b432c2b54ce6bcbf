import { readFileSync } from 'node:fs';
import { isJsonObject, parseJson } from '@postern/kernel';
import type { DialectId } from '@postern/protocol';
import { stringOf } from './json-view.ts';
import { anthropicFrame } from './anthropic-wire.ts';
import { OPENAI_DONE, openaiFrame } from './openai-wire.ts';

/** A recorded answer, framed for the wire. */
export type Recording =
  | { readonly kind: 'stream'; readonly frames: readonly string[] }
  | { readonly kind: 'whole'; readonly body: string };

/**
 * Reads a recorded answer: `.chunks.txt` (one JSON event a line; the SSE framing of the dialect is
 * added, and `[DONE]` where it has one), `.sse` as it is, `.json` whole.
 */
export function readRecording(file: string, dialect: DialectId): Recording {
  const text = readFileSync(file, 'utf8');
  if (file.endsWith('.json')) return { kind: 'whole', body: text };
  if (file.endsWith('.sse')) {
    return { kind: 'stream', frames: text.split(/(?<=\n\n)/) };
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const frames =
    dialect === 'anthropic-messages'
      ? lines.map((line) => anthropicFrame(typeOf(line), line))
      : [...lines.map(openaiFrame), OPENAI_DONE];
  return { kind: 'stream', frames };
}

function typeOf(line: string): string {
  const event = parseJson(line);
  return event.ok && isJsonObject(event.value)
    ? (stringOf(event.value['type']) ?? 'message')
    : 'message';
}
