import { formsOfText } from '@postern/testing';
import { createServer, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawRequest, requestText } from '../testing/raw-request.ts';
import { startGateway, type RunningGateway } from '../testing/start-gateway.ts';

/* Whatever an upstream answers, the key that it was shown does not reach the client. */

const KEY = 'sk-upstream-key-of-the-test';
const FORMS = formsOfText(KEY).filter(([form]) => !form.includes('UTF-16'));
const SPELLINGS = [
  KEY,
  encodeURIComponent(KEY),
  Buffer.from(KEY).toString('hex'),
  ...['', 'x', 'xx'].map((before) => Buffer.from(`${before}${KEY}!`).toString('base64')),
];
const CLIENT_PATHS = ['/v1/chat/completions', '/v1/messages'] as const;

/** The pieces of the next answer, each written once the client has seen what came before. */
let answer: readonly (string | Buffer)[] = [];
let upstream: Server;
let running: RunningGateway;

beforeAll(async () => {
  const sockets = new Set<Socket>();
  upstream = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.once('data', () => void writeAll(socket, answer));
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const address = upstream.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const url = `http://127.0.0.1:${port}`;
  running = await startGateway({ baseUrls: { 'openai-chat': url, 'anthropic-messages': url } });
});

afterAll(async () => {
  await running.close();
  await new Promise((resolve) => upstream.close(resolve));
});

async function writeAll(socket: Socket, pieces: readonly (string | Buffer)[]): Promise<void> {
  for (const piece of pieces) {
    await new Promise((resolve) => socket.write(piece, resolve));
    // So that the gateway reads it by itself.
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.end();
}

/** All bytes that a client gets, from the status line to the last. */
async function told(path: string, pieces: readonly (string | Buffer)[]): Promise<string> {
  answer = pieces;
  const body = '{"model":"m","max_tokens":5,"stream":true,"messages":[]}';
  const head = ['host: localhost', `x-api-key: ${running.key}`];
  return (await rawRequest(running.port, requestText(`POST ${path} HTTP/1.1`, head, body))).whole;
}

function shown(text: string): readonly string[] {
  return FORMS.filter(([, bytes]) => text.includes(String(bytes))).map(([form]) => form);
}

const whole = (status: string, headers: readonly string[], body: string | Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(
      [`HTTP/1.1 ${status}`, ...headers, `content-length: ${Buffer.byteLength(body)}`, '', ''].join(
        '\r\n',
      ),
    ),
    Buffer.from(body),
  ]);
const JSON_TYPE = 'content-type: application/json';
const STREAM_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n';

describe.each(CLIENT_PATHS)('at %s the key does not come out', (path) => {
  it.each([200, 201, 400, 401, 402, 403, 404, 409, 413, 418, 422, 429, 500, 502, 503, 529])(
    'in a body of status %i, in any form, and the length stays right',
    async (status) => {
      for (const spelling of SPELLINGS) {
        const body = `{"error":{"message":"bad key: ${spelling}, it says"}}`;
        const text = await told(path, [whole(`${status} Odd`, [JSON_TYPE], body)]);
        expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
        expect(shown(text)).toEqual([]);
        const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
        expect(text.slice(text.indexOf('\r\n\r\n') + 4)).toHaveLength(length);
        if (status !== 401) expect(text).toContain(', it says"}}');
      }
    },
  );

  it.each(['retry-after', 'retry-after-ms', 'x-should-retry', 'content-type', 'x-else', KEY])(
    'in the header %s',
    async (name) => {
      const text = await told(path, [whole('429 Odd', [`${name}: a ${KEY} b`], '{}')]);
      expect(text).toMatch(/^HTTP\/1.1 429 /);
      expect(shown(text)).toEqual([]);
    },
  );

  it('in an event, a comment or the name of one, cut wherever it may be', async () => {
    for (const event of [
      `data: {"a":"${KEY}"}\n\n`,
      `: ${KEY}\n\n`,
      `event: ${KEY}\ndata: 1\n\n`,
    ]) {
      const stream = `data: {"first":1}\n\n${event}`;
      for (let cut = stream.indexOf(KEY); cut <= stream.length; cut += 3) {
        const text = await told(path, [STREAM_HEAD, stream.slice(0, cut), stream.slice(cut)]);
        expect(text).toContain('"first":1');
        expect(text).toContain('*'.repeat(KEY.length));
        expect(shown(text)).toEqual([]);
      }
    }
  });

  it('in the first event of a stream, though it be an error that becomes a status', async () => {
    const error = `{"type":"error","error":{"type":"overloaded_error","message":"${KEY}"}}`;
    const text = await told(path, [`${STREAM_HEAD}event: error\ndata: ${error}\n\n`]);
    expect(text).toContain('*'.repeat(KEY.length));
    expect(shown(text)).toEqual([]);
  });

  it.each([
    ['the text of a status', [whole(`429 ${KEY}`, [], '{}')]],
    [
      'an answer before the answer',
      [`HTTP/1.1 103 ${KEY}\r\nlink: ${KEY}\r\n\r\n`, whole('200 OK', [], '{}')],
    ],
    [
      'a trailer',
      [
        `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: ${KEY}\r\n\r\n`,
        `2;${KEY}=1\r\n{}\r\n0\r\n${KEY}: ${KEY}\r\nretry-after: ${KEY}\r\n\r\n`,
      ],
    ],
    ['a body that breaks off inside it', [whole('200 OK', [], KEY).subarray(0, -1)]],
    ['a redirect', [whole('307 Odd', [`location: https://elsewhere.test/${KEY}`], KEY)]],
    ['what is no HTTP', [`${KEY} ${KEY}\r\n\r\n`]],
    ['a head that is too long', [whole('200 OK', [`x-long: ${KEY.repeat(4000)}`], '{}')]],
  ] as const)('in %s', async (_name, pieces) => {
    const text = await told(path, pieces);
    expect(text).toMatch(/^HTTP\/1.1 \d{3} /);
    expect(text).not.toContain(KEY.slice(0, -1));
    expect(shown(text)).toEqual([]);
  });

  it.each([
    'content-encoding: gzip',
    'Content-Encoding: identity, x-odd',
    'transfer-encoding: gzip, chunked',
  ])('compressed: an answer with %s is refused', async (header) => {
    const packed = gzipSync(KEY);
    const text = await told(path, [
      `HTTP/1.1 200 OK\r\n${header}\r\n${header.startsWith('t') ? '' : 'transfer-encoding: chunked\r\n'}\r\n`,
      Buffer.concat([Buffer.from(`${packed.length.toString(16)}\r\n`), packed]),
      '\r\n0\r\n\r\n',
    ]);
    expect(text).toMatch(/^HTTP\/1.1 502 /);
    expect(text).toContain('compressed');
    expect(text).not.toContain(packed.toString('latin1'));
  });
});
