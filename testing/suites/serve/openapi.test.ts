import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { ROUTES } from '@postern/gateway';
import {
  expectOk,
  isJsonObject,
  parseJson,
  type JsonObject,
  type JsonValue,
} from '@postern/kernel';
import { expect, test } from 'vitest';
import { servePlace, startServing } from './serve-place.ts';

const TEXT = readFileSync(join(import.meta.dirname, '../../../docs/openapi.json'), 'utf8');
const DOCUMENT = objectOf(expectOk(parseJson(TEXT)));

interface Operation {
  readonly path: string;
  readonly method: string;
  readonly operation: JsonObject;
  readonly isKeyed: boolean;
}

const OPERATIONS: readonly Operation[] = Object.entries(at(DOCUMENT, 'paths')).flatMap(
  ([path, item]) =>
    Object.entries(objectOf(item)).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      operation: objectOf(operation),
      isKeyed: JSON.stringify(objectOf(operation)['security']).includes('apiKey'),
    })),
);
const KEYED = OPERATIONS.filter(({ isKeyed }) => isKeyed);
const CALLS = KEYED.filter(({ method }) => method === 'POST');

/** What calls send in addition to the model. */
const BODIES: Readonly<Record<string, object>> = {
  '/v1/messages': { max_tokens: 10, messages: [{ role: 'user', content: 'Hello' }] },
  '/v1/messages/count_tokens': { messages: [{ role: 'user', content: 'Hello' }] },
  '/v1/chat/completions': { messages: [{ role: 'user', content: 'Hello' }] },
  '/v1/embeddings': { input: 'Hello' },
  '/v1/responses': { input: 'Hello' },
  '/v1/responses/input_tokens': { input: 'Hello' },
};

function objectOf(value: JsonValue | undefined): JsonObject {
  if (!isJsonObject(value)) throw new Error('not an object');
  return value;
}

function at(value: JsonObject, ...names: readonly string[]): JsonObject {
  return names.reduce((object, name) => objectOf(object[name]), value);
}

/** Follows a reference within the document. */
function resolved(value: JsonObject): JsonObject {
  const reference = value['$ref'];
  return typeof reference === 'string' ? at(DOCUMENT, ...reference.slice(2).split('/')) : value;
}

interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

interface Sent {
  readonly path: string;
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | string;
}

/** Unlike `fetch`, it sends any method and header. */
async function send(
  url: string,
  { path, method, headers, body }: Sent,
  others: Readonly<Record<string, string>>,
): Promise<Received> {
  const text = typeof body === 'object' ? JSON.stringify(body) : body;
  return await new Promise((resolve, reject) => {
    const sent = request(
      new URL(path, url),
      { method, agent: false, headers: { ...others, ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          resolve({ status, headers: response.headers, text: Buffer.concat(chunks).toString() });
        });
      },
    );
    sent.on('error', reject);
    sent.end(text);
  });
}

/** Fails unless the document has the response: its status, headers, content type and the form of its body. */
function expectDescribed({ operation }: Operation, { status, headers, text }: Received): void {
  const responses = at(operation, 'responses');
  expect(Object.keys(responses)).toContain(String(status));
  const response = resolved(objectOf(responses[String(status)]));
  const described = objectOf(response['headers'] ?? {});
  const own = Object.keys(headers).filter((name) => !OF_HTTP.has(name));
  expect(Object.keys(described)).toEqual(expect.arrayContaining(own));
  const required = Object.keys(described).filter(
    (name) => resolved(objectOf(described[name]))['required'] === true,
  );
  expect(own).toEqual(expect.arrayContaining(required));
  const content = objectOf(response['content'] ?? {});
  const [type = ''] = String(headers['content-type'] ?? '').split(';');
  if (Object.keys(content).length === 0) expect(text).toBe('');
  else expect(Object.keys(content)).toContain(type);
  if (type === 'application/json' && text !== '') {
    const isValid = AJV.compile({
      ...resolved(at(content, type, 'schema')),
      components: at(DOCUMENT, 'components'),
    });
    expect([isValid(JSON.parse(text)), isValid.errors]).toEqual([true, null]);
  }
}

const AJV = new Ajv2020({ strict: false });
const OF_HTTP = new Set([
  ...['date', 'connection', 'content-type', 'content-length', 'transfer-encoding', 'keep-alive'],
  'x-accel-buffering',
]);

test('the document is valid OpenAPI 3.1', async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(DOCUMENT));
  expect([valid, errors, validator.version]).toEqual([true, undefined, '3.1']);
});

interface Gateway {
  readonly url: string;
  readonly key: string;
}

async function start(): Promise<Gateway> {
  const place = await servePlace();
  const known = {
    targets: [{ model: 'box/gpt-x' }],
    contextWindow: 8192,
    inputModalities: ['text'],
  };
  place.configure({ gateway: { models: { known } } });
  const { url } = await startServing(place);
  return { url, key: place.key };
}

const named = (path: string): string => path.replace('{id}', 'known');
const sentTo = ({ path, method }: Operation, changes: object = {}): Sent => {
  const own = BODIES[path];
  return {
    path: named(path),
    method,
    ...(own && { body: { model: 'box/gpt-x', ...own, ...changes } }),
  };
};

test('a running gateway has every path of the document, and the document every path of the router', () => {
  const paths = Object.keys(at(DOCUMENT, 'paths'));
  expect(paths.toSorted()).toEqual([...ROUTES.keys(), '/metrics', '/v1/models/{id}'].toSorted());
  for (const [path, { method }] of ROUTES) {
    expect(OPERATIONS).toContainEqual(expect.objectContaining({ path, method }));
  }
});

test('a running gateway responds to every operation as described, with a key in either header', async () => {
  const { url, key } = await start();
  for (const operation of OPERATIONS) {
    const received = await send(url, sentTo(operation), { 'x-api-key': key });
    expect.soft(received.status, operation.path).toBe(200);
    expectDescribed(operation, received);
  }
  for (const operation of KEYED) {
    const inBearer = await send(url, sentTo(operation), { authorization: `Bearer ${key}` });
    expect.soft(inBearer.status, operation.path).toBe(200);
    expectDescribed(operation, inBearer);
  }
});

test('a running gateway streams the paths for which the document says so', async () => {
  const { url, key } = await start();
  for (const operation of CALLS) {
    const received = await send(url, sentTo(operation, { stream: true }), { 'x-api-key': key });
    const isStream = received.headers['content-type']?.includes('event-stream') === true;
    const content = at(operation.operation, 'responses', '200', 'content');
    expect.soft(isStream, operation.path).toBe('text/event-stream' in content);
    if (isStream) expectDescribed(operation, received);
  }
});

const ERRORS: readonly (readonly [
  name: string,
  status: number,
  operations: readonly Operation[],
  change: Partial<Sent>,
])[] = [
  ['no key', 401, KEYED, { headers: {} }],
  ['two different keys', 401, KEYED, { headers: { authorization: 'Bearer x' } }],
  ['another Host', 403, KEYED, { headers: { host: 'evil.example' } }],
  ['no usable Host', 400, KEYED, { headers: { host: 'a b' } }],
  ['no JSON', 400, CALLS, { body: '{' }],
  ['no model', 400, CALLS, { body: {} }],
  ['an unknown model', 404, CALLS, { body: { model: 'box/unknown' } }],
  ['a content encoding', 400, CALLS, { headers: { 'content-encoding': 'gzip' } }],
];

test('a running gateway refuses requests as described', async () => {
  const { url, key } = await start();
  for (const [name, status, operations, change] of ERRORS) {
    for (const operation of operations) {
      const keyed = name === 'no key' ? {} : { 'x-api-key': key };
      const received = await send(url, { ...sentTo(operation), ...change }, keyed);
      expect.soft(received.status, `${name}: ${operation.path}`).toBe(status);
      expectDescribed(operation, received);
    }
  }
  for (const operation of OPERATIONS) {
    const received = await send(url, sentTo(operation), { origin: 'https://evil.example' });
    expect.soft(received.status, `another origin: ${operation.path}`).toBe(403);
    expectDescribed(operation, received);
  }
});

const MODELS: readonly (readonly [path: string, described: string, status: number])[] = [
  ['/v1/models/unknown', '/v1/models/{id}', 404],
  ['/v1/models/known', '/v1/models/{id}', 200],
  ['/v1/models?limit=0', '/v1/models', 400],
  ['/v1/models?after_id=no', '/v1/models', 400],
  ['/v1/models?limit=1', '/v1/models', 200],
];

test('a running gateway lists models in the form of Messages, and warns, as described', async () => {
  const { url, key } = await start();
  const headers = { 'x-api-key': key, 'anthropic-version': '2023-06-01' };
  for (const [path, described, status] of MODELS) {
    const received = await send(url, { path, method: 'GET' }, headers);
    expect.soft(received.status, path).toBe(status);
    expectDescribed(operationAt(described), received);
  }
  const messages = operationAt('/v1/messages');
  const warned = await send(url, sentTo(messages, { top_k: 5 }), headers);
  expect(warned.headers['x-postern-warnings']).toContain('topK');
  expectDescribed(messages, warned);
});

test('a running gateway has no other methods and paths', async () => {
  const { url, key } = await start();
  const headers = { 'x-api-key': key };
  // The page has the other methods of its own path.
  for (const { path, method } of OPERATIONS.filter((operation) => operation.path !== '/')) {
    for (const other of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD']) {
      if (other === method) continue;
      const received = await send(url, { path: named(path), method: other }, headers);
      expect.soft(received.status, `${other} ${path}`).toBe(405);
    }
  }
  for (const path of ['/v1', '/v1/completions', '/v1/batches', '/v1/models/', '/openapi.json']) {
    const received = await send(url, { path, method: 'GET' }, headers);
    expect.soft(received.status, path).toBe(404);
  }
});

function operationAt(path: string): Operation {
  const found = OPERATIONS.find((operation) => operation.path === path);
  if (found === undefined) throw new Error(`${path} is not in the document`);
  return found;
}
