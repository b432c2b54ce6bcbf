import { expectOk, isJsonObject, parseJson, revealSecret } from '@postern/kernel';
import type { GatewayKeyId } from '@postern/protocol';
import { startFakeUpstream, type FakeUpstream } from '@postern/testing';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rawRequest, requestText, type RawAnswer } from '../testing/raw-request.ts';
import { startGateway, type RunningGateway } from '../testing/start-gateway.ts';
import { ROUTES } from '../route/routes.ts';

let upstream: FakeUpstream;
let running: RunningGateway;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  running = await startGateway({
    baseUrls: upstream.baseUrls,
    limits: { maxBodyBytes: 100_000 },
    deps: { models: { modelsOf: () => Promise.resolve([{ id: 'm', label: 'M' }]) } },
  });
});

beforeEach(() => {
  upstream.reset();
});

afterAll(async () => {
  await running.close();
  await upstream.close();
});

const BODY = '{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}';
const isAnthropic = (path: string): boolean => path.startsWith('/v1/messages');

/** Every path that wants a key: each row of the route table that is no probe. */
const KEYED = [...ROUTES].filter(([, { kind }]) => kind === 'call' || kind === 'models');

function send(
  path: string,
  changes: { method?: string; host?: string[]; headers?: string[]; body?: string } = {},
  { port } = running,
): Promise<RawAnswer> {
  const method = changes.method ?? ROUTES.get(path)?.method ?? 'POST';
  const host = changes.host ?? [`host: 127.0.0.1:${port}`];
  const body = changes.body ?? (method === 'POST' ? BODY : '');
  return rawRequest(
    port,
    requestText(`${method} ${path} HTTP/1.1`, [...host, ...(changes.headers ?? [])], body),
  );
}

const withKey = (): string => `authorization: Bearer ${running.key}`;

/** The error type of a body that has the whole shape of its dialect. */
function errorType(path: string, answer: RawAnswer): unknown {
  const body = expectOk(parseJson(answer.body));
  const error = isJsonObject(body) ? body['error'] : undefined;
  if (!isJsonObject(error)) throw new Error('the answer is no error of either dialect');
  expect(error['message']).toMatch(/^[A-Z]/);
  if (isAnthropic(path)) {
    expect(body).toMatchObject({ type: 'error', request_id: answer.headers.get('request-id') });
  } else {
    expect(Object.keys(error).sort()).toEqual(['code', 'message', 'param', 'type']);
    expect(answer.headers.get('x-request-id')).toMatch(/^req_/);
  }
  return error['type'];
}

describe('every route', () => {
  it.each(KEYED.map(([path]) => path))('%s wants a key, in its own dialect', async (path) => {
    for (const headers of [
      [],
      ['authorization: Bearer sk-postern-wrong'],
      [`authorization: Basic ${running.key}`],
      [`authorization: ${running.key}`],
      [withKey(), 'x-api-key: another'],
      [`x-api-key: ${running.key.slice(0, -1)}`],
      ['cookie: session=1'],
    ]) {
      const answer = await send(path, { headers });
      expect(answer.status).toBe(401);
      expect(errorType(path, answer)).toBe('authentication_error');
    }
    expect(upstream.requests).toHaveLength(0);
  });

  it.each(KEYED.map(([path]) => path))('%s takes a key either way', async (path) => {
    // The fake upstream knows the paths of its own dialects only; this one answers to any.
    const server = createServer((_request, response) => response.end('{}'));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}`;
    const open = await startGateway({
      baseUrls: { 'anthropic-messages': url, 'openai-chat': url },
      deps: { models: { modelsOf: () => Promise.resolve([]) } },
    });
    const bearer = `authorization: Bearer ${open.key}`;
    const apiKey = `x-api-key: ${open.key}`;
    for (const headers of [[bearer], [apiKey], [apiKey, bearer]]) {
      expect((await send(path, { headers }, open)).status).toBe(200);
    }
    await open.close();
    server.closeAllConnections();
    server.close();
  });

  it.each([...ROUTES.keys()])('%s refuses other origins before any work', async (path) => {
    for (const foreign of [
      'origin: https://evil.test',
      'origin: null',
      'origin: http://127.0.0.1:1',
      'sec-fetch-site: cross-site',
    ]) {
      const answer = await send(path, { headers: [withKey(), foreign] });
      expect(answer.status).toBe(403);
    }
    const preflight = await send(path, {
      method: 'OPTIONS',
      headers: ['origin: https://evil.test', 'access-control-request-method: POST'],
    });
    expect(preflight.status).toBe(403);
    expect([...preflight.headers.keys()].filter((name) => name.startsWith('access-'))).toEqual([]);
    expect(upstream.requests).toHaveLength(0);
  });

  it.each([...ROUTES.keys()])('%s answers to its own host names only', async (path) => {
    const refusals: readonly (readonly [readonly string[], number])[] = [
      [['host: evil.test'], 403],
      [[`host: evil.test:${running.port}`], 403],
      [['host: 127.0.0.1.evil.test'], 403],
      [['host: evil.test#@127.0.0.1'], 400],
      [['host: evil.test@127.0.0.1'], 400],
      [['host: 127.0.0.1/v1/models'], 400],
      [['host: 127.0.0.1:99999999'], 400],
      [['host:'], 400],
      [['host: 127.0.0.1', 'host: 127.0.0.1'], 400],
      [[], 400],
    ];
    for (const [host, status] of refusals) {
      const answer = await send(path, { host: [...host], headers: [withKey()] });
      expect([host, answer.status]).toEqual([host, status]);
    }
    expect(upstream.requests).toHaveLength(0);
  });

  it.each(KEYED)('%s refuses other methods in its own dialect', async (path, { method }) => {
    for (const other of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      if (other === method) continue;
      const answer = await send(path, { method: other, headers: [withKey()], body: '' });
      expect(answer.status).toBe(405);
      expect(answer.headers.get('allow')).toBe(method);
      expect(errorType(path, answer)).toBe('invalid_request_error');
    }
  });
});

describe('targets', () => {
  it.each([
    ['http://127.0.0.1/v1/models', 400],
    ['http://evil.test/v1/models', 400],
    ['//evil.test/v1/models', 400],
    ['*', 400],
    ['/v1/models#x', 400],
    ['/v1/models/', 404],
    ['/v1//models', 404],
    ['/v1/%6dodels', 404],
    ['/v1/../v1/models', 404],
    ['/V1/models', 404],
    ['/v1/messages/batches', 404],
    ['/v1/embeddings/', 404],
    ['/v1/models/', 404],
    ['/v1', 404],
  ])('%s answers %i', async (target, status) => {
    const method = target === '*' ? 'OPTIONS' : 'GET';
    expect((await send(target, { method, headers: [withKey()] })).status).toBe(status);
  });

  it('the query does not change the route', async () => {
    const answer = await send('/v1/messages?beta=true&path=/v1/models', {
      method: 'POST',
      headers: [withKey()],
    });
    expect(answer.status).toBe(200);
    expect(upstream.requests[0]?.path).toBe('/v1/messages?beta=true');
  });

  it('HEAD / is answered at once and without a key', async () => {
    const answer = await send('/', { method: 'HEAD' });
    expect([answer.status, answer.body]).toEqual([200, '']);
  });

  it('probes show only that the gateway is there', async () => {
    expect((await send('/healthz')).body).toBe('{"status":"ok"}');
    expect((await send('/readyz')).body).toBe('{"status":"ok"}');
  });
});

describe('hostile credentials', () => {
  it.each([
    ['a quote', "sk-postern-' OR '1'='1"],
    ['SQL behind a key', "'; DROP TABLE gateway_key; --"],
    ['a template', '{{7*7}}${7*7}'],
    ['bytes beyond ASCII', 'sk-postern-\xff\xfe'],
    ['many words', 'a '.repeat(500)],
    ['a long one', 'a'.repeat(12_000)],
  ])('%s is just an unknown key', async (_name, token) => {
    const answer = await send('/v1/messages', { headers: [`authorization: Bearer ${token}`] });
    expect(answer.status).toBe(401);
    expect(answer.body).not.toContain(token.slice(0, 8));
  });

  it('NUL and a megabyte do not get past the HTTP parser', async () => {
    const nul = await send('/v1/messages', { headers: ['authorization: Bearer a\0b'] });
    expect(nul.status).toBe(400);
    const huge = await send('/v1/messages', { headers: [`x-api-key: ${'a'.repeat(1 << 20)}`] });
    expect(huge.status).toBe(431);
  });

  it('an unknown key, a revoked key and none are answered alike', async () => {
    const { key, id } = made('gone');
    running.store.keys.revoke(id);
    const answers = await Promise.all(
      [[], [`x-api-key: ${key}`], ['x-api-key: x'], [`x-api-key: ${key.slice(0, -1)}0`]].map(
        (headers) => send('/v1/messages', { headers }),
      ),
    );
    const shown = answers.map(({ body, status }) => [status, body.replace(/req_\w+/, 'req')]);
    expect(new Set(shown.map(String)).size).toBe(1);
  });

  it('a key is dead as soon as it is revoked', async () => {
    const { key, id } = made('brief');
    const headers = [`x-api-key: ${key}`];
    expect((await send('/v1/messages', { headers })).status).toBe(200);
    running.store.keys.revoke(id);
    expect((await send('/v1/messages', { headers })).status).toBe(401);
  });
});

function made(name: string): { readonly key: string; readonly id: GatewayKeyId } {
  const { key, record } = expectOk(
    running.store.keys.create({ name, settings: { models: 'all' } }),
  );
  return { key: revealSecret(key), id: record.id };
}

describe('bodies', () => {
  it.each([
    ['no JSON', 'x'],
    ['cut JSON', BODY.slice(0, -1)],
    ['an array', '[]'],
    ['two models', '{"model":"a","model":"b"}'],
    ['no model', '{"messages":[]}'],
    ['malformed UTF-8', '{"model":"\xff"}'],
    ['depth', `{"model":"m","x":${'['.repeat(5000)}`],
  ])('%s is 400 and is not forwarded', async (_name, body) => {
    for (const path of ['/v1/messages', '/v1/chat/completions']) {
      const bytes = requestText(
        `POST ${path} HTTP/1.1`,
        [`host: 127.0.0.1`, withKey()],
        'BODY',
      ).replace('content-length: 4', `content-length: ${body.length}`);
      const answer = await rawRequest(
        running.port,
        Buffer.from(bytes.replace(/BODY$/, body), 'latin1'),
      );
      expect(answer.status).toBe(400);
      expect(errorType(path, answer)).toBe('invalid_request_error');
    }
    expect(upstream.requests).toHaveLength(0);
  });

  it('a content coding is refused, not guessed at', async () => {
    const answer = await send('/v1/messages', { headers: [withKey(), 'content-encoding: gzip'] });
    expect(answer.status).toBe(400);
  });

  it('over the cap by announcement is 413 before a byte of it was sent', async () => {
    const answer = await rawRequest(
      running.port,
      `POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\n${withKey()}\r\ncontent-length: 100001\r\nconnection: close\r\n\r\n`,
    );
    expect(answer.status).toBe(413);
    expect(errorType('/v1/messages', answer)).toBe('request_too_large');
  });

  it('over the cap without announcement is 413 as soon as it shows', async () => {
    const chunk = 'a'.repeat(60_000);
    const framed = `${chunk.length.toString(16)}\r\n${chunk}\r\n`;
    const answer = await rawRequest(
      running.port,
      `POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\n${withKey()}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n${framed}${framed}`,
    );
    expect(answer.status).toBe(413);
    expect(upstream.requests).toHaveLength(0);
  });

  it('who sends on and on after a refusal is cut off', async () => {
    const sent = await new Promise<number>((resolve) => {
      const socket = connect(running.port, '127.0.0.1');
      let count = 0;
      socket.write(
        'POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\ntransfer-encoding: chunked\r\n\r\n',
      );
      const chunk = `10000\r\n${'a'.repeat(65_536)}\r\n`;
      const push = (): void => {
        if (socket.destroyed) return;
        count += 65_536;
        socket.write(chunk, push);
      };
      push();
      socket.on('error', () => undefined);
      socket.on('close', () => {
        resolve(count);
      });
      socket.resume();
    });
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });
});
