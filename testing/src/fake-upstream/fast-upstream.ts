import { createServer, type Server, type Socket } from 'node:net';
import { anthropicAnswer, anthropicFrames } from './anthropic-wire.ts';
import { openaiAnswer, openaiFrames } from './openai-wire.ts';
import type { Question } from './question.ts';
import type { ScriptedAnswer } from './reply.ts';
import { responsesAnswer, responsesFrames } from './responses-wire.ts';
import type { FakeDialect } from './fake-dialect.ts';

export interface FastUpstreamOptions {
  /** Default: a free port. */
  readonly port?: number;
  /** Milliseconds between two writes of a stream. Default: 0, which sends all of them at once. */
  readonly deltaDelayMs?: number;
  /** SSE events per write. Default: 1, as the real APIs do. */
  readonly eventsPerWrite?: number;
}

/** A fake upstream that does as little as possible, as the upper limit of a benchmark. */
export interface FastUpstream {
  readonly url: string;
  readonly baseUrls: Readonly<Record<FakeDialect, string>>;
  /** The number of responses started so far. */
  readonly served: number;
  close(): Promise<void>;
}

/** The number of events in a prepared stream, in each dialect. */
export const FAST_STREAM_EVENTS = 69;

/**
 * Starts a server that returns one prepared response in each dialect, whole or as a stream of 69
 * events, directly over TCP. It checks and records nothing. It reads only the path, the length and
 * the `stream` field of a request. Requests must have a content-length.
 */
export async function startFastUpstream(options: FastUpstreamOptions = {}): Promise<FastUpstream> {
  const messages = prepare('anthropic-messages', options);
  const responses = prepare('openai-responses', options);
  const chat = prepare('openai-chat', options);
  const preparedFor = (path: string): Prepared => {
    if (path.endsWith('/messages')) return messages;
    return path.endsWith('/responses') ? responses : chat;
  };
  const sockets = new Set<Socket>();
  let served = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    const serve = (path: string, streamed: boolean): void => {
      served += 1;
      const answers = preparedFor(path);
      if (streamed) stream(socket, answers.stream, options.deltaDelayMs ?? 0);
      else socket.write(answers.whole);
    };
    socket.on('data', requestReader(serve));
    socket.on('close', () => sockets.delete(socket));
    // Clients that disconnect early are part of every benchmark.
    socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${portOf(server)}`;
  return {
    url,
    baseUrls: {
      'anthropic-messages': url,
      'openai-chat': `${url}/v1`,
      'openai-responses': `${url}/v1`,
    },
    get served() {
      return served;
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('not listening on TCP');
  return address.port;
}

interface Prepared {
  readonly whole: Buffer;
  readonly stream: readonly Buffer[];
}

const QUESTION: Question = {
  model: 'fake',
  stream: true,
  includeUsage: true,
  text: '',
  messageCount: 1,
  promptLength: 400,
};

/** How each dialect writes an answer, and how many pieces of text make a stream of the same number of events. */
const WIRES = {
  'anthropic-messages': { answer: anthropicAnswer, frames: anthropicFrames, pieces: 63 },
  'openai-chat': { answer: openaiAnswer, frames: openaiFrames, pieces: 65 },
  'openai-responses': { answer: responsesAnswer, frames: responsesFrames, pieces: 61 },
} as const satisfies Record<FakeDialect, object>;

function prepare(dialect: FakeDialect, options: FastUpstreamOptions): Prepared {
  const wire = WIRES[dialect];
  const deltas = Array.from({ length: wire.pieces }, (_, index) => ` word${index}`);
  const answer: ScriptedAnswer = { parts: [{ kind: 'text', text: deltas.join(''), deltas }] };
  const body = wire.answer(answer, QUESTION, 'fast');
  const frames = wire.frames(answer, QUESTION, 'fast');
  const head = `HTTP/1.1 200 OK\r\nrequest-id: req_fast\r\nx-request-id: req_fast\r\n`;
  const wholeHead = `${head}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  const streamHead = `${head}content-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n`;
  const chunks = frames.map((frame) => `${Buffer.byteLength(frame).toString(16)}\r\n${frame}\r\n`);
  chunks[0] = streamHead + (chunks[0] ?? '');
  chunks.push(`${chunks.pop() ?? ''}0\r\n\r\n`);
  return { whole: Buffer.from(wholeHead + body), stream: grouped(chunks, options) };
}

function grouped(chunks: readonly string[], options: FastUpstreamOptions): readonly Buffer[] {
  const size = options.eventsPerWrite ?? 1;
  const groups: Buffer[] = [];
  for (let at = 0; at < chunks.length; at += size) {
    groups.push(Buffer.from(chunks.slice(at, at + size).join('')));
  }
  return groups;
}

function stream(socket: Socket, writes: readonly Buffer[], deltaDelayMs: number): void {
  if (deltaDelayMs === 0) {
    for (const bytes of writes) socket.write(bytes);
    return;
  }
  let at = 0;
  const writeNext = (): void => {
    const bytes = writes[at];
    at += 1;
    if (bytes === undefined || socket.destroyed) clearInterval(timer);
    else socket.write(bytes);
  };
  const timer = setInterval(writeNext, deltaDelayMs);
  writeNext();
}

const HEAD_END = Buffer.from('\r\n\r\n');

/** Splits the received bytes into requests, including pipelined ones. */
function requestReader(serve: (path: string, streamed: boolean) => void): (data: Buffer) => void {
  let chunks: Buffer[] = [];
  let size = 0;
  /** With fewer bytes than this, the next request isn't complete. */
  let wanted = 0;
  return (data) => {
    chunks.push(data);
    size += data.length;
    if (size < wanted) return;
    let pending = chunks.length === 1 ? data : Buffer.concat(chunks, size);
    for (;;) {
      wanted = 0;
      const headEnd = pending.indexOf(HEAD_END);
      if (headEnd === -1) break;
      const head = pending.toString('latin1', 0, headEnd);
      const bodyStart = headEnd + HEAD_END.length;
      const end = bodyStart + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
      wanted = end;
      if (pending.length < end) break;
      const body = pending.subarray(bodyStart, end);
      pending = pending.subarray(end);
      serve(head.split(' ', 2)[1]?.replace(/\?.*$/, '') ?? '', asksForStream(body));
    }
    chunks = pending.length === 0 ? [] : [pending];
    size = pending.length;
  };
}

function asksForStream(body: Buffer): boolean {
  return body.includes('"stream":true') || body.includes('"stream": true');
}
