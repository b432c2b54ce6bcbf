import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { DIALECTS as DIALECTS_OF } from '@postern/dialects';
import type { AnswerEvent } from '@postern/protocol';
import { corpusFiles } from '@postern/testing';
import { decodeChunks, fold, wholeOf } from '../dialects/decode-bytes.ts';
import { framed, recordings, wholeAnswers } from '../dialects/recordings.ts';
import { hostilePieces, response } from './hostile-answers.ts';
import { cutRandomly } from './mutations.ts';
import { seededRandom, type Random } from './random.ts';

/** An upstream that responds with recordings and with anything that it shouldn't send. */
export interface HostileUpstream {
  /** `http://127.0.0.1:PORT`; below it, a folder for each dialect. */
  readonly url: string;
  /** Marked headers of clients that arrived here. */
  readonly strayHeaders: readonly string[];
  readonly requests: () => number;
  close(): Promise<void>;
}

/** In a prompt: what the upstream does is derived from the number. */
const MARK = /fuzz:(\d+)/;
/** In a prompt: the upstream responds with an unchanged recording. */
export const FAIR_MARK = 'fair';

/** In a prompt: the upstream doesn't respond. */
const HOLD_MARK = '"hold"';

/** A recorded answer of each kind. */
interface Answers {
  readonly streams: readonly [Buffer, ...Buffer[]];
  readonly wholes: readonly [Buffer, ...Buffer[]];
}

const DIALECTS = ['openai-chat', 'anthropic-messages', 'openai-responses'] as const;
/** Longer than the gateway waits for the head of a response. */
const SILENCE_MS = 2500;
/** So many chats are encoded as Responses. */
const ENCODED = 8;
/** Headers of a client that are forwarded: those of the dialects, and the one for retries. */
const FORWARDED = /^(?:anthropic-|openai-|idempotency-key$)/;

export async function startHostileUpstream(
  key: string,
  clientMark: string,
): Promise<HostileUpstream> {
  const answers = recordedAnswers();
  const strayHeaders: string[] = [];
  const sockets = new Set<Socket>();
  let requests = 0;
  const server = createServer((request) => {
    requests += 1;
    request.on('error', () => undefined);
    strayHeaders.push(...strayNames(request, clientMark));
    respond(request, answers, key).catch(() => request.socket.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    strayHeaders,
    requests: () => requests,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function recordedAnswers(): Readonly<Record<string, Answers>> {
  return Object.fromEntries(
    DIALECTS.map((dialect) => {
      const recorded = recordings()
        .filter((each) => each.dialect === dialect)
        .map((recording) => Buffer.from(framed(recording)));
      const streams = dialect === 'openai-responses' ? responsesStreams() : recorded;
      const wholes = wholeAnswers()
        .filter((each) => each.dialect === dialect)
        .map(({ body }) => Buffer.from(body));
      const all = dialect === 'openai-responses' ? responsesWholes() : wholes;
      return [dialect, { streams: atLeastOne(streams), wholes: atLeastOne(all) }];
    }),
  );
}

/** Recordings of Responses may be missing, so chats are encoded as such, too. */
function responsesStreams(): readonly Buffer[] {
  const recorded = corpusFiles('streams', /\.chunks\.txt$/, { folder: 'openai-responses' });
  const encoded = recordedChats().map((events) => {
    const encoder = DIALECTS_OF['openai-responses'].answerEncoder({
      createdAtMs: 0,
      from: 'openai-chat',
    });
    return Buffer.from(events.map((event) => encoder.push(event)).join(''));
  });
  return [...recorded.map(framedResponses), ...encoded];
}

function responsesWholes(): readonly Buffer[] {
  const recorded = corpusFiles('streams', /\.json$/, { folder: 'openai-responses' });
  const encoded = recordedChats().map((events) => {
    const answer = wholeOf(fold(events));
    const { value } = DIALECTS_OF['openai-responses'].encodeAnswer(answer, { createdAtMs: 0 });
    return Buffer.from(JSON.stringify(value));
  });
  return [...recorded.map((file) => readFileSync(file)), ...encoded];
}

function recordedChats(): readonly (readonly AnswerEvent[])[] {
  return recordings()
    .filter(({ dialect }) => dialect === 'openai-chat')
    .slice(0, ENCODED)
    .map((recording) => decodeChunks('openai-chat', [framed(recording)]));
}

function framedResponses(file: string): Buffer {
  const events = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.replace(/^data: /, ''))
    .filter((line) => line.startsWith('{'));
  const frames = events.map((data) => {
    const name = /"type":"([\w.]+)"/.exec(data)?.[1] ?? '';
    return `event: ${name}\ndata: ${data}\n\n`;
  });
  return Buffer.from(frames.join(''));
}

function atLeastOne(list: readonly Buffer[]): [Buffer, ...Buffer[]] {
  const [first, ...rest] = list;
  if (first === undefined) throw new Error('no recording');
  return [first, ...rest];
}

function strayNames({ headers }: IncomingMessage, clientMark: string): readonly string[] {
  return Object.entries(headers)
    .filter(([name, value]) => String(value).includes(clientMark) && !FORWARDED.test(name))
    .map(([name]) => name);
}

async function respond(
  request: IncomingMessage,
  all: Readonly<Record<string, Answers>>,
  key: string,
): Promise<void> {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(request, 'end');
  const body = Buffer.concat(chunks).toString('latin1');
  if (body.includes(HOLD_MARK)) return;
  const random = seededRandom(Number(MARK.exec(body)?.[1] ?? body.length));
  const isFair = body.includes(FAIR_MARK);
  const type = /"stream":\s*true/.test(body) ? 'text/event-stream' : 'application/json';
  const answer = answerOf(all, { url: request.url ?? '', type, isFair }, random);
  if (isFair) {
    await writeAll(
      request.socket,
      cutRandomly(response('200 OK', [`content-type: ${type}`], answer), random),
    );
    request.socket.end();
    return;
  }
  await writeAll(request.socket, hostilePieces({ answer, type, key }, random), random);
  if (random.chance(0.8)) {
    request.socket.end();
    return;
  }
  if (random.chance(0.2)) await pause(SILENCE_MS, undefined, { ref: false });
  request.socket.resetAndDestroy();
}

/** Writes the pieces one by one, now and then with a pause. */
async function writeAll(socket: Socket, pieces: readonly Buffer[], random?: Random): Promise<void> {
  for (const piece of pieces) {
    if (socket.destroyed) return;
    await new Promise((resolve) => socket.write(piece, resolve));
    if (random?.chance(0.02) === true) await pause(1 + random.below(30));
  }
}

interface Asked {
  readonly url: string;
  readonly type: string;
  readonly isFair: boolean;
}

/** A recording of the dialect that was asked, or, if it isn't fair, sometimes of another. */
function answerOf(
  all: Readonly<Record<string, Answers>>,
  { url, type, isFair }: Asked,
  random: Random,
): Buffer {
  const asked = DIALECTS.find((each) => url.startsWith(`/${each}`)) ?? 'openai-chat';
  const dialect = isFair || random.chance(0.95) ? asked : random.pick(DIALECTS);
  const answers = all[dialect];
  if (answers === undefined) throw new Error('no recordings');
  return pickAnswer(
    type === 'text/event-stream' ? answers.streams : answers.wholes,
    isFair,
    random,
  );
}

/** Some recordings are of errors, which aren't fair. */
function pickAnswer(list: readonly Buffer[], isFair: boolean, random: Random): Buffer {
  return random.pick(
    atLeastOne(isFair ? list.filter((answer) => !/"error":\s*\{/.test(answer.toString())) : list),
  );
}
