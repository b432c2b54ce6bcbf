import { formsOfText } from '@postern/testing';
import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll } from 'vitest';
import { rawRequest, requestText } from './raw-request.ts';
import { startGateway, type RunningGateway, type StartGatewayOptions } from './start-gateway.ts';

/** The key that every upstream is shown. */
export const KEY = 'sk-upstream-key-of-the-test';
export const JSON_TYPE = 'content-type: application/json';
export const STREAM_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n';

/** What an upstream writes, each piece by itself. */
export type Pieces = readonly (string | Buffer)[];

/** A gateway in front of an upstream that writes any bytes at all. */
export interface LyingWorld {
  /** All bytes that a client gets, from the status line to the last. The last answer is also given to retries. */
  told(path: string, answers: readonly Pieces[], body: object): Promise<string>;
}

/** Registers the hooks that start and close everything; to be called once, at the top of a test file. */
export function lyingWorld(options: Partial<StartGatewayOptions> = {}): LyingWorld {
  const sockets = new Set<Socket>();
  let answers: Pieces[] = [];
  let upstream: Server | undefined;
  let running: RunningGateway | undefined;

  beforeAll(async () => {
    const server = createServer({ noDelay: true }, (socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
      socket.once('data', () => {
        const pieces = answers.length > 1 ? answers.shift() : answers[0];
        void writeAll(socket, pieces ?? []);
      });
    });
    upstream = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const url = `http://127.0.0.1:${port}`;
    const baseUrls = { 'openai-chat': url, 'anthropic-messages': url };
    // Built-in providers also speak other dialects than `openai-chat`.
    const endpoints = { lab: { dialect: 'openai-chat', baseUrl: url } } as const;
    running = await startGateway({ baseUrls, endpoints, ...options });
  });
  afterAll(async () => {
    await running?.close();
    await new Promise((resolve) => upstream?.close(resolve));
  });

  return {
    told: async (path, told, body) => {
      if (running === undefined) throw new Error('not started');
      answers = [...told];
      const head = ['host: localhost', `x-api-key: ${running.key}`];
      const text = requestText(`POST ${path} HTTP/1.1`, head, JSON.stringify(body));
      return (await rawRequest(running.port, text)).whole;
    },
  };
}

async function writeAll(socket: Socket, pieces: Pieces): Promise<void> {
  for (const piece of pieces) {
    await new Promise((resolve) => socket.write(piece, resolve));
    // So that the gateway reads it by itself.
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.end();
}

const FORMS = formsOfText(KEY).filter(([form]) => !form.includes('UTF-16'));

/** The forms of the key that are in a text. */
export function formsIn(text: string): readonly string[] {
  return FORMS.filter(([, bytes]) => text.includes(String(bytes))).map(([form]) => form);
}

/** A response with a length. */
export function wholeResponse(
  status: string,
  headers: readonly string[],
  body: string | Buffer,
): Buffer {
  const length = `content-length: ${Buffer.byteLength(body)}`;
  const head = [`HTTP/1.1 ${status}`, ...headers, length, '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head), Buffer.from(body)]);
}
