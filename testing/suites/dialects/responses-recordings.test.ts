import { DIALECTS } from '@postern/dialects';
import { encodeUtf8, expectOk, isJsonObject, parseJson, type JsonObject } from '@postern/kernel';
import type { Part } from '@postern/protocol';
import { corpusFiles } from '@postern/testing';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeChunks, fold } from './decode-bytes.ts';

const ID = 'openai-responses';
const RESPONSES = DIALECTS[ID];
const META = { createdAtMs: 0 };

/** Every line of it lacks its last brace. */
const MALFORMED = 'parallel-tool-call-wrapper.1.chunks.txt';
/** Whoever recorded these took most of the text out of their events, but not out of the last one. */
const SHORTENED = ['openai-phase.1.chunks.txt', 'openai-shell-container.1.chunks.txt'];

const files = (names: RegExp): readonly string[] => corpusFiles('streams', names, { folder: ID });

function objectOf(text: string): JsonObject {
  const value = expectOk(parseJson(text));
  if (!isJsonObject(value)) throw new TypeError('no object');
  return value;
}

/** The events of each answer; some files hold several, one after the other. */
function answersIn(file: string): readonly (readonly JsonObject[])[] {
  const answers: JsonObject[][] = [];
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line.trim() === '') continue;
    const event = objectOf(line);
    if (event['type'] === 'response.created') answers.push([event]);
    else answers.at(-1)?.push(event);
  }
  return answers;
}

/** The bytes in which a server sends the events: each under its name. */
function framed(events: readonly JsonObject[]): Uint8Array {
  const frames = events.map((event) => {
    const { type } = event;
    return `event: ${typeof type === 'string' ? type : ''}\ndata: ${JSON.stringify(event)}\n\n`;
  });
  return encodeUtf8(frames.join(''));
}

type Recorded = readonly [name: string, events: readonly JsonObject[]];

const streams = files(/\.chunks\.txt$/)
  .filter((file) => basename(file) !== MALFORMED)
  .flatMap((file) =>
    answersIn(file).map((events, index): Recorded => [`${basename(file)} #${index + 1}`, events]),
  );
const complete = streams.filter(([, events]) => lastResponse(events)?.['status'] === 'completed');
const answers = files(/\.json$/)
  .map((file) => [basename(file), objectOf(readFileSync(file, 'utf8'))] as const)
  .filter(([, body]) => 'output' in body);

function lastResponse(events: readonly JsonObject[]): JsonObject | undefined {
  const response = events.at(-1)?.['response'];
  return isJsonObject(response) ? response : undefined;
}

/** Parts without what a server makes anew each time that it writes them: ids and what it encrypts. */
function lasting(parts: readonly Part[]): unknown {
  const json = JSON.stringify(parts);
  return JSON.parse(
    json.replaceAll(/"(id|signature|encrypted_content|fingerprint)":"[^"]*"/g, '"$1":""'),
  );
}

describe.skipIf(streams.length === 0)('recorded streams of the Responses API', () => {
  test.each(complete.filter(([name]) => !SHORTENED.some((file) => name.startsWith(file))))(
    '%s says what its last event holds',
    (_name, events) => {
      const folded = fold(decodeChunks(ID, [framed(events)]));
      const whole = expectOk(RESPONSES.decodeAnswer(lastResponse(events) ?? {}));
      expect(folded.failure).toBeUndefined();
      expect(lasting(folded.parts)).toEqual(lasting(whole.parts));
      expect([folded.usage, folded.stopReason]).toEqual([whole.usage, whole.stopReason]);
    },
  );

  test.each(streams.filter(([, events]) => lastResponse(events)?.['status'] === 'failed'))(
    '%s is a failure',
    (_name, events) => {
      const { failure } = fold(decodeChunks(ID, [framed(events)]));
      expect(failure).toMatchObject({ code: 'UPSTREAM_BILLING' });
    },
  );

  test.each(streams)('%s is the same wherever it is cut', (_name, events) => {
    const bytes = framed(events);
    const pieces = Array.from({ length: Math.ceil(bytes.length / 61) }, (_, at) =>
      bytes.subarray(at * 61, at * 61 + 61),
    );
    expect(fold(decodeChunks(ID, pieces))).toEqual(fold(decodeChunks(ID, [bytes])));
  });

  test.each(complete)('%s has its usage and its end read in passing', (_name, events) => {
    const bytes = framed(events);
    const tap = RESPONSES.usageTap();
    tap.push(bytes);
    tap.end();
    expect(tap.usage()).toEqual(fold(decodeChunks(ID, [bytes])).usage);
    expect(tap.isComplete()).toBe(true);
  });
});

describe.skipIf(answers.length === 0)('recorded answers of the Responses API', () => {
  test.each(answers)('%s comes back from a second encoding', (_name, body) => {
    const answer = expectOk(RESPONSES.decodeAnswer(body));
    const { value, warnings } = RESPONSES.encodeAnswer(answer, META);
    expect(warnings).toEqual([]);
    const again = expectOk(RESPONSES.decodeAnswer(value));
    expect(again.parts).toEqual(answer.parts);
    // A response has every field, where an older one lacked some.
    expect(again).toMatchObject(answer);
  });

  test.each(answers)('%s can be asked further about', (_name, body) => {
    const { model, parts } = expectOk(RESPONSES.decodeAnswer(body));
    const question = { role: 'user', parts: [{ kind: 'text', text: 'q' }] } as const;
    const turns = [question, { role: 'assistant', parts } as const, question];
    const request = expectOk(RESPONSES.encodeRequest({ model, stream: false, turns })).value;
    expect(RESPONSES.decodeRequest(request).ok).toBe(true);
  });
});
