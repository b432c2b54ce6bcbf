import { readFileSync } from 'node:fs';
import { isJsonObject, parseJson } from '@postern/kernel';
import { stringOf } from './json-view.ts';
import { anthropicFrame } from './anthropic-wire.ts';
import { OPENAI_DONE, openaiFrame } from './openai-wire.ts';
import type { FakeDialect } from './fake-dialect.ts';

/** A recorded answer, framed for the wire. */
export type Recording =
  | { readonly kind: 'stream'; readonly frames: readonly string[] }
  | { readonly kind: 'whole'; readonly body: string };

/**
 * Reads a recorded answer: `.chunks.txt` (one JSON event a line; the SSE framing of the dialect is
 * added, and `[DONE]` where it has one), `.sse` as it is, `.json` whole. Some files of the Messages API
 * hold several answers one after the other; `answer` chooses one of them, from 0.
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
  const frames = splitAnswers(lines)[answer]?.map((line) => anthropicFrame(typeOf(line), line));
  if (frames === undefined) throw new RangeError('the recording has fewer answers');
  return { kind: 'stream', frames };
}

/** How many answers a recorded stream of the Messages API holds. */
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
