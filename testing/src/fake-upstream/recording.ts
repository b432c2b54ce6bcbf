import { readFileSync } from 'node:fs';
import { isJsonObject, parseJson } from '@postern/kernel';
import { stringOf } from './json-view.ts';
import { anthropicFrame } from './anthropic-wire.ts';
import { OPENAI_DONE, openaiFrame } from './openai-wire.ts';
import { responsesFrame } from './responses-wire.ts';
import type { FakeDialect } from './fake-dialect.ts';

/** A recorded response, framed as it is sent. */
export type Recording =
  | { readonly kind: 'stream'; readonly frames: readonly string[] }
  | { readonly kind: 'whole'; readonly body: string };

/**
 * Reads a recorded response: `.chunks.txt` (one JSON event per line; this function adds the
 * dialect's SSE framing, and `[DONE]` if the dialect has it), `.sse` unchanged, or `.json` whole.
 * Some Messages API files hold several responses in sequence; `answer` selects one, from 0.
 */
export function readRecording(file: string, dialect: FakeDialect, answer = 0): Recording {
  const text = readFileSync(file, 'utf8');
  if (file.endsWith('.json')) return { kind: 'whole', body: text };
  if (file.endsWith('.sse')) {
    return { kind: 'stream', frames: text.split(/(?<=\n\n)/) };
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (dialect === 'openai-chat') {
    return { kind: 'stream', frames: [...lines.map(openaiFrame), OPENAI_DONE] };
  }
  if (dialect === 'openai-responses') {
    return { kind: 'stream', frames: lines.map((line) => responsesFrame(typeOf(line), line)) };
  }
  const frames = splitAnswers(lines)[answer]?.map((line) => anthropicFrame(typeOf(line), line));
  if (frames === undefined) throw new RangeError('the recording has fewer answers');
  return { kind: 'stream', frames };
}

/** Returns the number of responses in a recorded Messages API stream. */
export function countRecordedAnswers(file: string): number {
  return splitAnswers(readFileSync(file, 'utf8').split('\n')).length;
}

function splitAnswers(lines: readonly string[]): readonly (readonly string[])[] {
  const answers: string[][] = [[]];
  for (const line of lines) {
    const last = answers.at(-1);
    if (typeOf(line) === 'message_start' && typeOf(last?.at(-1) ?? '') === 'message_stop') {
      answers.push([line]);
    } else last?.push(line);
  }
  return answers;
}

function typeOf(line: string): string {
  const event = parseJson(line);
  return event.ok && isJsonObject(event.value) ? (stringOf(event.value['type']) ?? '') : '';
}
