import { SESSION_HEADER } from '@postern/protocol';
import {
  runPostern,
  textReply,
  upPostern,
  type FakeUpstream,
  type PosternOptions,
  type PosternUp,
} from '@postern/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signIn, type AppClient } from './app-client.ts';
import { boxHome, type BoxHome } from './box-home.ts';
import { PASSPHRASE } from './walk-first-run.ts';

const NEXT = 'four and twenty blackbirds';

let place: BoxHome;
let upstream: FakeUpstream;
let options: PosternOptions;
let postern: PosternUp;

beforeAll(async () => {
  place = await boxHome();
  ({ upstream, options } = place);
  postern = await upPostern(options);
});

afterAll(async () => {
  await postern.stop();
  await place[Symbol.asyncDispose]();
});

async function freshSession(): Promise<AppClient> {
  return await signIn((await runPostern(['open'], options)).stdout.trim());
}

/** The two halves of a session and an ID, saved to be tried later. */
type SavedSession = Pick<AppClient, 'cookie' | 'secret'>;

const keep = ({ cookie, secret }: AppClient): SavedSession => ({ cookie, secret });

async function statusOf(
  saved: SavedSession,
  method: string,
  path: string,
  body?: unknown,
): Promise<number> {
  const response = await fetch(`${postern.pageAddress}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      cookie: saved.cookie,
      [SESSION_HEADER]: saved.secret,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  await response.text();
  return response.status;
}

async function expectDead(saved: SavedSession): Promise<void> {
  const turn = { parentId: null, text: 'hello', provider: 'box', model: 'any' };
  const statuses = [
    await statusOf(saved, 'GET', '/api/state'),
    await statusOf(saved, 'GET', '/api/conversations'),
    await statusOf(saved, 'GET', '/api/sessions'),
    await statusOf(saved, 'POST', `/api/conversations/${'0'.repeat(26)}/turns`, turn),
    await statusOf(saved, 'POST', '/api/unlock', { passphrase: PASSPHRASE }),
  ];
  expect(statuses).toEqual([401, 401, 401, 401, 401]);
}

async function run(...parameters: readonly string[]): Promise<void> {
  const ended = await runPostern(parameters, { ...options, descriptors: [NEXT] });
  expect(ended).toMatchObject({ code: 0 });
}

describe('a session ends', () => {
  test("after signing out, and other sessions don't", async () => {
    const [mine, other] = [await freshSession(), await freshSession()];
    await mine.request('DELETE', '/api/session');
    await expectDead(keep(mine));
    expect(await statusOf(keep(other), 'GET', '/api/state')).toBe(200);
  });

  test('when another session revokes it, and so does its streaming answer', async () => {
    const [mine, other] = [await freshSession(), await freshSession()];
    const words = 'word '.repeat(400);
    upstream.next(textReply(words, { deltaDelayMs: 20 }));
    const index = upstream.requests.length;
    const created = await mine.request('POST', '/api/conversations', {});
    const id = /"id":"(\w+)"/.exec(JSON.stringify(created))?.[1] ?? '';
    const turn = { parentId: null, text: 'on and on', provider: 'box', model: 'any' };
    const streaming = mine.turn(id, turn);
    const request = await upstream.request(index);
    await other.request('DELETE', '/api/sessions');
    const received = JSON.stringify(await streaming);
    expect(received.split('word').length).toBeLessThan(400);
    expect(await request.closed).toBe('left');
    await expectDead(keep(mine));
  });

  test('after a lock, but its page can ask for the passphrase', async () => {
    const [mine, other] = [await freshSession(), await freshSession()];
    const [old, oldOther] = [keep(mine), keep(other)];
    await run('vault', 'lock');
    expect(await statusOf(old, 'GET', '/api/conversations')).toBe(401);
    expect(await statusOf(old, 'GET', '/api/sessions')).toBe(401);
    expect(await statusOf(old, 'POST', '/api/setup', { storage: 'keyring' })).toBe(401);
    expect(await statusOf(old, 'POST', '/api/unlock', { keyring: true })).toBe(401);
    expect(await statusOf(old, 'POST', '/api/unlock', { passphrase: NEXT })).toBe(403);
    // Of two concurrent requests, only the one with the right passphrase gets a session.
    const [right, wrong] = await Promise.allSettled([
      mine.request('POST', '/api/unlock', { passphrase: PASSPHRASE }),
      other.request('POST', '/api/unlock', { passphrase: NEXT }),
    ]);
    expect([right.status, wrong.status]).toEqual(['fulfilled', 'rejected']);
    await mine.request('GET', '/api/conversations');
    expect(mine.secret).not.toBe(old.secret);
    await expectDead(old);
    await expectDead(oldOther);
  });

  test('after a stop, even if the next Postern has the same port', async () => {
    const mine = await freshSession();
    await run('stop');
    await postern.program.ended;
    const port = Number(new URL(postern.pageAddress).port);
    postern = await upPostern({ ...options, port });
    await expectDead(keep(mine));
  });

  test.each([
    ['the passphrase', ['vault', 'passphrase', '--new-passphrase-fd', '4']],
    ['the recovery code', ['vault', 'recovery']],
  ])('before a change of %s, which requires a stop', async (_name, command) => {
    const mine = await freshSession();
    const link = (await runPostern(['open'], options)).stdout.trim();
    const refused = await runPostern(command, { ...options, descriptors: [NEXT] });
    expect(refused).toMatchObject({ code: 7 });
    expect(refused.stderr).toContain('Stop it and lock the vault first: postern stop');
    expect(await statusOf(keep(mine), 'GET', '/api/state')).toBe(200);
    await run('stop');
    await postern.program.ended;
    const port = Number(new URL(postern.pageAddress).port);
    await run(...command);
    if (command.includes('passphrase')) options = { ...options, passphrase: NEXT };
    postern = await upPostern({ ...options, port });
    await expectDead(keep(mine));
    await expect(signIn(link)).rejects.toThrow('401');
  });
});
