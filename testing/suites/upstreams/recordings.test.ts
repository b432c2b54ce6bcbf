import { basename } from 'node:path';
import { DIALECTS } from '@postern/dialects';
import { encodeUtf8, expectOk, parseJson, Secret } from '@postern/kernel';
import {
  EMPTY_ANSWER,
  foldAnswer,
  providerId,
  secretName,
  type AnswerEvent,
  type FoldedAnswer,
  type Provider,
} from '@postern/protocol';
import {
  corpusFiles,
  countRecordedAnswers,
  readRecording,
  startFakeUpstream,
  type Delivery,
  type FakeUpstream,
  type FakeDialect,
} from '@postern/testing';
import { createConnections, storedKey, upstreamOf, type Connections } from '@postern/upstreams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeChunks, fold } from '../dialects/decode-bytes.ts';
import { FOLDERS } from '../dialects/recordings.ts';

/*
 * Every recorded answer is replayed by the fake upstream over a real socket and read through the
 * product's own connections. It must decode to the same content as its bytes without a network.
 */

const CHUNKINGS: readonly NonNullable<Delivery['chunking']>[] = ['event', 'whole', { bytes: 61 }];

interface Row {
  readonly name: string;
  readonly file: string;
  readonly dialect: FakeDialect;
  readonly answer: number;
}

function rows(form: RegExp): readonly Row[] {
  return FOLDERS.flatMap(([folder, dialect]) =>
    corpusFiles('streams', form, { folder }).flatMap((file) =>
      answersOf(file, `${folder}/${basename(file)}`, dialect),
    ),
  );
}

function answersOf(file: string, name: string, dialect: FakeDialect): readonly Row[] {
  const several = dialect === 'anthropic-messages' && file.endsWith('.chunks.txt');
  const count = several ? countRecordedAnswers(file) : 1;
  return Array.from({ length: count }, (_, answer) => ({
    name: count === 1 ? name : `${name} #${answer + 1}`,
    file,
    dialect,
    answer,
  }));
}

describe('recorded answers through the product', () => {
  const streams = rows(/\.(?:chunks\.txt|sse)$/);
  const bodies = rows(/\.json$/);
  const key = Secret.of('sk-0123456789abcdef0123');
  let upstream: FakeUpstream;
  let connections: Connections;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    connections = createConnections({ localHosts: [] });
  });

  afterAll(async () => {
    await connections.close();
    await upstream.close();
  });

  const provider = (dialect: FakeDialect): Provider => ({
    id: providerId.from('fake'),
    label: 'Fake',
    dialect,
    baseUrl: upstream.baseUrls[dialect],
    auth: dialect === 'anthropic-messages' ? 'x-api-key' : 'bearer',
    secret: secretName.from('fake'),
    keyForm: undefined,
    models: [],
    keyPage: undefined,
    inProcess: false,
    builtIn: false,
    local: true,
  });

  const replay = async (row: Row, delivery: Delivery, stream: boolean): Promise<FoldedAnswer> => {
    upstream.next({ kind: 'recording', file: row.file, answer: row.answer, ...delivery });
    const turns = [{ role: 'user', parts: [{ kind: 'text', text: 'question' }] }] as const;
    const events: AnswerEvent[] = [];
    const { signal } = new AbortController();
    const request = { model: 'any', turns, stream };
    const asked = provider(row.dialect);
    const answer = upstreamOf(connections, asked, storedKey(asked, key)).ask(request, signal);
    for await (const event of answer) events.push(event);
    return events.reduce(foldAnswer, EMPTY_ANSWER);
  };

  it('exist', () => {
    expect(streams.length).toBeGreaterThan(20);
    expect(bodies.length).toBeGreaterThan(10);
  });

  it.each(streams)('$name', async (row) => {
    const recording = readRecording(row.file, row.dialect, row.answer);
    const frames = recording.kind === 'stream' ? recording.frames : [];
    // A recording may lack the empty line after its last event.
    const direct = fold(decodeChunks(row.dialect, [encodeUtf8(`${frames.join('')}\n\n`)]));
    expect(direct.ended).toBe(true);
    for (const chunking of CHUNKINGS) {
      expect(await replay(row, { chunking }, true)).toEqual(direct);
    }
    expect(upstream.violations).toEqual([]);
  });

  it.each(bodies)('$name', async (row) => {
    const recording = readRecording(row.file, row.dialect);
    const body = expectOk(parseJson(recording.kind === 'whole' ? recording.body : ''));
    const direct = DIALECTS[row.dialect].decodeAnswer(body);
    const answer = await replay(row, {}, false);
    if (!direct.ok) {
      expect(answer.failure?.code).toMatch(/^UPSTREAM_/);
      return;
    }
    const { id, model, parts, usage, stopReason } = direct.value;
    expect(answer).toMatchObject({ id, model, usage, stopReason, failure: undefined });
    expect(answer.parts).toEqual(parts);
  });
});
