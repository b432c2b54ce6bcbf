import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  formsIn,
  JSON_TYPE,
  KEY,
  lyingWorld,
  STREAM_HEAD,
  wholeResponse,
  type Pieces,
} from '../testing/lying-world.ts';

/* Whatever an upstream answers, the key that it was shown does not reach the client. */

const SPELLINGS = [
  KEY,
  encodeURIComponent(KEY),
  Buffer.from(KEY).toString('hex'),
  ...['', 'x', 'xx'].map((before) => Buffer.from(`${before}${KEY}!`).toString('base64')),
];
const CLIENT_PATHS = ['/v1/chat/completions', '/v1/messages', '/v1/embeddings'] as const;
const world = lyingWorld();

async function told(path: string, pieces: Pieces): Promise<string> {
  return await world.told(path, [pieces], {
    model: 'm',
    max_tokens: 5,
    stream: true,
    messages: [],
  });
}

describe.each(CLIENT_PATHS)('at %s the key does not come out', (path) => {
  it.each([200, 201, 400, 401, 402, 403, 404, 409, 413, 418, 422, 429, 500, 502, 503, 529])(
    'in a body of status %i, in any form, and the length stays right',
    async (status) => {
      for (const spelling of SPELLINGS) {
        const body = `{"error":{"message":"bad key: ${spelling}, it says"}}`;
        const text = await told(path, [wholeResponse(`${status} Odd`, [JSON_TYPE], body)]);
        expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
        expect(formsIn(text)).toEqual([]);
        const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
        expect(text.slice(text.indexOf('\r\n\r\n') + 4)).toHaveLength(length);
        if (status !== 401) expect(text).toContain(', it says"}}');
      }
    },
  );

  it.each(['retry-after', 'retry-after-ms', 'x-should-retry', 'content-type', 'x-else', KEY])(
    'in the header %s',
    async (name) => {
      const text = await told(path, [wholeResponse('429 Odd', [`${name}: a ${KEY} b`], '{}')]);
      expect(text).toMatch(/^HTTP\/1.1 429 /);
      expect(formsIn(text)).toEqual([]);
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
        expect(formsIn(text)).toEqual([]);
      }
    }
  });

  it('in the first event of a stream, though it be an error that becomes a status', async () => {
    const error = `{"type":"error","error":{"type":"overloaded_error","message":"${KEY}"}}`;
    const text = await told(path, [`${STREAM_HEAD}event: error\ndata: ${error}\n\n`]);
    expect(text).toContain('*'.repeat(KEY.length));
    expect(formsIn(text)).toEqual([]);
  });

  it.each([
    ['the text of a status', [wholeResponse(`429 ${KEY}`, [], '{}')]],
    [
      'an answer before the answer',
      [`HTTP/1.1 103 ${KEY}\r\nlink: ${KEY}\r\n\r\n`, wholeResponse('200 OK', [], '{}')],
    ],
    [
      'a trailer',
      [
        `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: ${KEY}\r\n\r\n`,
        `2;${KEY}=1\r\n{}\r\n0\r\n${KEY}: ${KEY}\r\nretry-after: ${KEY}\r\n\r\n`,
      ],
    ],
    ['a body that breaks off inside it', [wholeResponse('200 OK', [], KEY).subarray(0, -1)]],
    ['a redirect', [wholeResponse('307 Odd', [`location: https://elsewhere.test/${KEY}`], KEY)]],
    ['what is no HTTP', [`${KEY} ${KEY}\r\n\r\n`]],
    ['a head that is too long', [wholeResponse('200 OK', [`x-long: ${KEY.repeat(4000)}`], '{}')]],
  ] as const)('in %s', async (_name, pieces) => {
    const text = await told(path, pieces);
    expect(text).toMatch(/^HTTP\/1.1 \d{3} /);
    expect(text).not.toContain(KEY.slice(0, -1));
    expect(formsIn(text)).toEqual([]);
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
