import { Buffer } from 'node:buffer';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PAGE_HEADER, SESSION_HEADER, type Attachment, type Draft } from '@postern/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loopbackListener, placeOf } from '../server/listener.ts';
import { signInsOf } from '../server/serve.ts';
import type { Postern } from '../postern.ts';
import { systemRandomness } from '../system/system-randomness.ts';
import { composeInDirectory } from '../testing/compose-in-directory.ts';
import { noProgram } from '../testing/no-program.ts';
import { createAppApi } from './app-api.ts';

const host = 'localhost:7420';
/** One pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

const dataDir = mkdtempSync(join(tmpdir(), 'postern-attachments-'));
const faults: unknown[] = [];
let postern: Postern;
let app: ReturnType<typeof createAppApi>;
let both: Record<string, string>;

beforeAll(async () => {
  postern = await composeInDirectory(dataDir);
  const signIns = signInsOf({ postern, randomness: systemRandomness });
  app = createAppApi({
    postern,
    ...signIns,
    place: placeOf(loopbackListener(7420), 7420),
    version: '0.0.0',
    program: noProgram,
    onFault: (fault) => faults.push(fault),
  });
  const code = signIns.sessions.newLaunchCode();
  const answer = await sendJson('POST', '/api/session', { code });
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  both = { cookie, [SESSION_HEADER]: (await bodyOf<{ secret: string }>(answer)).secret };
});

afterAll(async () => {
  await postern.close();
  rmSync(dataDir, { recursive: true });
  expect(faults).toEqual([]);
});

async function send(
  method: string,
  path: string,
  body?: Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = both,
): Promise<Response> {
  const length = body === undefined ? {} : { 'content-length': String(body.length) };
  return await app.request(`http://${host}${path}`, {
    method,
    headers: { host, ...length, ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

async function sendJson(method: string, path: string, body: unknown): Promise<Response> {
  const headers = { ...both, 'content-type': 'application/json' };
  return await send(method, path, Buffer.from(JSON.stringify(body)), headers);
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the app under test sends these types
const bodyOf = async <T>(response: Response): Promise<T> => (await response.json()) as T;
const upload = async (name: string, bytes: Uint8Array<ArrayBuffer>): Promise<Response> =>
  await send('POST', `/api/attachments?name=${encodeURIComponent(name)}`, bytes);
const attach = async (name: string, bytes: Uint8Array<ArrayBuffer>): Promise<Attachment> =>
  await bodyOf(await upload(name, bytes));

describe('attachments', () => {
  test('need an unlocked vault', async () => {
    expect((await upload('a.png', PNG)).status).toBe(409);
    expect((await send('GET', `/api/attachments/${'0'.repeat(26)}`)).status).toBe(409);
    const set = { storage: 'file', passphrase: 'three blind mice run' };
    expect((await sendJson('POST', '/api/setup', set)).status).toBe(200);
  });

  test('come back as they were sent, whatever type the sender claims', async () => {
    const claimed = { ...both, 'content-type': 'text/html' };
    const sent = await send('POST', '/api/attachments?name=a.html', PNG, claimed);
    const stored = await bodyOf<Attachment>(sent);
    expect(stored).toEqual({
      id: stored.id,
      name: 'a.html',
      mediaType: 'image/png',
      size: PNG.length,
      width: 1,
      height: 1,
    });
    const read = await send('GET', `/api/attachments/${stored.id}`);
    expect(Buffer.from(await read.arrayBuffer()).equals(PNG)).toBe(true);
    expect(read.headers.get('content-type')).toBe('image/png');
  });

  test.each([
    ['evil.html', '<script>alert(1)</script>'],
    ['evil.svg', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    ['evil.pdf', '%PDF-1.7 <script>alert(1)</script>'],
  ])('that could be a document are never one: %s', async (name, text) => {
    const { id } = await attach(name, Buffer.from(text));
    const { headers } = await send('GET', `/api/attachments/${id}`);
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-disposition')).toBe(`attachment; filename*=UTF-8''${name}`);
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test('have a safe name in every header', async () => {
    const hostile = `../../"a'\r\nSet-Cookie: x=1;(*)\u202e${'é'.repeat(500)}.txt`;
    const { id, name } = await attach(hostile, Buffer.from('x'));
    expect(name).toMatch(/^a' Set-Cookie x=1;\(\)é+\.txt$/);
    const { headers } = await send('GET', `/api/attachments/${id}`);
    expect(headers.get('set-cookie')).toBeNull();
    expect(headers.get('content-disposition')).toMatch(
      /^attachment; filename\*=UTF-8''a%27%20Set-Cookie%20x%3D1%3B%28%29(?:%C3%A9)+\.txt$/,
    );
  });

  test('are only given to a session with both halves', async () => {
    const { id } = await attach('a.png', PNG);
    const path = `/api/attachments/${id}`;
    const { cookie = '', [SESSION_HEADER]: secret = '' } = both;
    for (const headers of [{}, { cookie }, { [SESSION_HEADER]: secret }]) {
      expect((await send('GET', path, undefined, headers)).status).toBe(401);
      expect((await send('POST', '/api/attachments?name=a', PNG, headers)).status).toBe(401);
    }
    const foreign = { ...both, origin: 'https://evil.example' };
    expect((await send('GET', path, undefined, foreign)).status).toBe(403);
  });

  test.each([
    ['a program', Buffer.from('\x7fELF\0\0'), 415, 'ATTACHMENT_UNSUPPORTED'],
    ['nothing', Buffer.alloc(0), 415, 'ATTACHMENT_UNSUPPORTED'],
    ['more than 20 MB', Buffer.alloc(20 * 1024 * 1024 + 1), 413, 'REQUEST_TOO_LARGE'],
  ])('are refused if they are %s', async (_name, bytes, status, code) => {
    const refused = await upload('a', bytes);
    expect(refused.status).toBe(status);
    expect(await refused.json()).toMatchObject({ error: { code } });
  });

  test('of 20 MB are stored in pieces, between which other requests are handled', async () => {
    const bytes = Buffer.alloc(20 * 1024 * 1024, 'a line of text\n');
    const order: string[] = [];
    const stored = attach('long.txt', bytes).then((attachment) => {
      order.push('stored');
      return attachment;
    });
    const other = send('GET', '/api/drafts').then(() => {
      order.push('other');
    });
    await other;
    const { id, size } = await stored;
    expect([order, size]).toEqual([['other', 'stored'], bytes.length]);
    const read = await send('GET', `/api/attachments/${id}`);
    expect(Buffer.from(await read.arrayBuffer()).equals(bytes)).toBe(true);
  });

  test('stay with a draft, which is refused with more than 20 MB', async () => {
    const small = await attach('a.png', PNG);
    const large = await attach('b.txt', Buffer.alloc(20 * 1024 * 1024, 'b'));
    const draft = { conversation: null, text: '', attachments: [small.id] };
    expect((await sendJson('PUT', '/api/drafts', draft)).status).toBe(204);
    const more = { ...draft, attachments: [small.id, large.id] };
    expect((await sendJson('PUT', '/api/drafts', more)).status).toBe(413);
    const unknown = { ...draft, attachments: ['0'.repeat(26)] };
    expect((await sendJson('PUT', '/api/drafts', unknown)).status).toBe(404);
    const drafts = await bodyOf<readonly Draft[]>(await send('GET', '/api/drafts'));
    expect(drafts).toEqual([{ ...draft, attachments: [small] }]);
  });

  test('of a private chat are only in its memory, and only its page gets them', async () => {
    const page = { ...both, [PAGE_HEADER]: 'a'.repeat(32) };
    const json = { ...page, 'content-type': 'application/json' };
    const input = Buffer.from(JSON.stringify({ provider: 'demo', model: 'demo' }));
    const chat = await bodyOf<{ id: string }>(
      await send('POST', '/api/private-chats', input, json),
    );
    const place = `private=${chat.id}`;
    const sent = await send('POST', `/api/attachments?name=a.png&${place}`, PNG, page);
    const { id } = await bodyOf<Attachment>(sent);
    const path = `/api/attachments/${id}`;
    const statusOf = async (address: string, headers: Record<string, string>): Promise<number> =>
      (await send('GET', address, undefined, headers)).status;
    expect(await statusOf(`${path}?${place}`, page)).toBe(200);
    expect(await statusOf(`${path}?${place}`, both)).toBe(404);
    expect(await statusOf(`${path}?${place}`, { ...both, [PAGE_HEADER]: 'b'.repeat(32) })).toBe(
      404,
    );
    expect(await statusOf(path, page)).toBe(404);
    await send('DELETE', `/api/private-chats/${chat.id}`, undefined, page);
    expect(await statusOf(`${path}?${place}`, page)).toBe(404);
    // A file that comes too late isn't stored anywhere else.
    const late = await send('POST', `/api/attachments?name=a.png&${place}`, PNG, page);
    expect([late.status, await late.json()]).toMatchObject([
      404,
      { error: { code: 'CONVERSATION_NOT_FOUND' } },
    ]);
  });
});
