import { DIALECTS } from '@postern/dialects';
import { encodeUtf8, expectOk, isJsonObject, parseJson, type JsonObject } from '@postern/kernel';
import type { Part } from '@postern/protocol';
import { corpusFiles } from '@postern/testing';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeChunks, fold } from './decode-bytes.ts';
import { SHORTENED } from './recordings.ts';

const ID = 'openai-responses';
const RESPONSES = DIALECTS[ID];
const META = { createdAtMs: 0 };

/** Each line of it lacks its closing brace. */
const MALFORMED = 'parallel-tool-call-wrapper.1.chunks.txt';

const files = (names: RegExp): readonly string[] => corpusFiles('streams', names, { folder: ID });

function objectOf(text: string): JsonObject {
  const value = expectOk(parseJson(text));
  if (!isJsonObject(value)) throw new TypeError('not an object');
  return value;
}

/** Returns the events of each answer; some files hold several in sequence. */
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

/** The bytes in which a server sends the events, each with its name. */
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

/** Removes what a server generates anew each time: ids and encrypted content. */
function withoutGenerated(parts: readonly Part[]): unknown {
  const json = JSON.stringify(parts);
  return JSON.parse(
    json.replaceAll(/"(id|signature|encrypted_content|fingerprint)":"[^"]*"/g, '"$1":""'),
  );
}

describe.skipIf(streams.length === 0)('recorded streams of the Responses API', () => {
  test.each(
    complete.filter(([name]) => !SHORTENED.some((file) => name.startsWith(`${file}.chunks.txt`))),
  )('%s decodes to the content of its last event', (_name, events) => {
    const folded = fold(decodeChunks(ID, [framed(events)]));
    const whole = expectOk(RESPONSES.decodeAnswer(lastResponse(events) ?? {}));
    expect(folded.failure).toBeUndefined();
    expect(withoutGenerated(folded.parts)).toEqual(withoutGenerated(whole.parts));
    expect([folded.usage, folded.stopReason]).toEqual([whole.usage, whole.stopReason]);
  });

  test.each(streams.filter(([, events]) => lastResponse(events)?.['status'] === 'failed'))(
    '%s decodes to a failure',
    (_name, events) => {
      const { failure } = fold(decodeChunks(ID, [framed(events)]));
      expect(failure).toMatchObject({ code: 'UPSTREAM_BILLING' });
    },
  );

  test.each(streams)('%s decodes to the same answer in small chunks', (_name, events) => {
    const bytes = framed(events);
    const pieces = Array.from({ length: Math.ceil(bytes.length / 61) }, (_, at) =>
      bytes.subarray(at * 61, at * 61 + 61),
    );
    expect(fold(decodeChunks(ID, pieces))).toEqual(fold(decodeChunks(ID, [bytes])));
  });

  test.each(complete)('the usage tap finds the usage and the end of %s', (_name, events) => {
    const bytes = framed(events);
    const tap = RESPONSES.usageTap();
    tap.push(bytes);
    tap.end();
    expect(tap.usage()).toEqual(fold(decodeChunks(ID, [bytes])).usage);
    expect(tap.isComplete()).toBe(true);
  });
});

describe.skipIf(answers.length === 0)('recorded answers of the Responses API', () => {
  test.each(answers)('%s is the same after encoding and decoding', (_name, body) => {
    const answer = expectOk(RESPONSES.decodeAnswer(body));
    const { value, warnings } = RESPONSES.encodeAnswer(answer, META);
    expect(warnings).toEqual([]);
    const again = expectOk(RESPONSES.decodeAnswer(value));
    expect(again.parts).toEqual(answer.parts);
    // An encoded response has every field, even those that an older recording lacks.
    expect(again).toMatchObject(answer);
  });

  test.each(answers)('%s can be sent back in a further request', (_name, body) => {
    const { model, parts } = expectOk(RESPONSES.decodeAnswer(body));
    const question = { role: 'user', parts: [{ kind: 'text', text: 'q' }] } as const;
    const turns = [question, { role: 'assistant', parts } as const, question];
    const request = expectOk(RESPONSES.encodeRequest({ model, stream: false, turns })).value;
    expect(RESPONSES.decodeRequest(request).ok).toBe(true);
  });
});
