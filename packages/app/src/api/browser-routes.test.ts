import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { expectOk, Secret } from '@postern/kernel';
import { SESSION_HEADER, signedText, type BrowserView } from '@postern/protocol';
import { withMac } from '@postern/vault';
import * as v from 'valibot';
import { beforeEach, describe, expect, test } from 'vitest';
import { signInsOf } from '../server/serve.ts';
import { loopbackListener, placeOf } from '../server/listener.ts';
import type { Postern } from '../postern.ts';
import { systemClock } from '../system/system-clock.ts';
import { systemRandomness } from '../system/system-randomness.ts';
import { composeInDirectory } from '../testing/compose-in-directory.ts';
import { valueOf } from '../testing/value-of.ts';
import { noProgram } from '../testing/no-program.ts';
import { scratchDirectory } from '../testing/scratch-directory.ts';
import type { SignIns } from './app-api-parts.ts';
import { createAppApi } from './app-api.ts';

const PASSPHRASE = 'three blind mice run';
const DAY_MS = 24 * 3_600_000;
const origin = 'http://localhost:7420';

/** One start of the process over the same home; `at` shifts its clock. */
interface Process {
  readonly signIns: SignIns;
  readonly send: (method: string, path: string, body?: unknown, pass?: Pass) => Promise<Response>;
}
type Pass = Readonly<Record<string, string>>;

let dataDir: string;
let postern: Postern;
let file: string;
let skewMs: number;

beforeEach(async () => {
  dataDir = scratchDirectory();
  postern = await composeInDirectory(dataDir);
  file = join(dataDir, 'remembered-browsers.json');
  skewMs = 0;
  return async () => {
    await postern.close();
  };
});

function start(port = 7420): Process {
  const clock = {
    nowMs: () => systemClock.nowMs() + skewMs,
    monotonicMs: () => systemClock.monotonicMs() + skewMs,
  };
  const { vault, home, log } = postern;
  const signIns = signInsOf({
    // Only these parts are read, with another clock.
    // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- a partial Postern is enough here
    postern: { vault, home, log, clock } as unknown as Postern,
    randomness: systemRandomness,
  });
  const place = placeOf(loopbackListener(port), port);
  const app = createAppApi({
    ...signIns,
    ...{ postern, place, version: '0.0.0', program: noProgram },
    onFault: (fault) => {
      throw fault;
    },
  });
  const host = `localhost:${String(port)}`;
  return {
    signIns,
    send: async (method, path, body, pass = {}) =>
      await app.request(`http://${host}${path}`, {
        method,
        headers: { host, 'content-type': 'application/json', ...pass },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
  };
}

async function passOf(answer: Response): Promise<Pass> {
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const { secret } = v.parse(v.object({ secret: v.string() }), await answer.json());
  return { cookie, [SESSION_HEADER]: secret };
}

async function signInByLink({ signIns, send }: Process): Promise<Pass> {
  const code = signIns.sessions.newLaunchCode();
  return await passOf(await send('POST', '/api/session', { code }));
}

interface Browser {
  readonly id: string;
  readonly key: KeyObject;
}

/** Remembers a browser with its own key. */
async function remember({ send }: Process, pass: Pass): Promise<Browser> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const der = publicKey.export({ format: 'der', type: 'spki' }).toString('base64url');
  const answer = await send('POST', '/api/browsers', { publicKey: der }, pass);
  const { id } = v.parse(v.object({ id: v.string() }), await answer.json());
  return { id, key: privateKey };
}

async function challengeOf({ send }: Process): Promise<string> {
  const answer = await send('POST', '/api/session/challenge');
  return v.parse(v.object({ challenge: v.string() }), await answer.json()).challenge;
}

function proofOf({ id, key }: Browser, challenge: string, at = origin): object {
  const text = Buffer.from(signedText(at, challenge));
  const signature = sign('sha256', text, { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  return { browser: id, challenge, signature };
}

async function signInAgain(process: Process, browser: Browser): Promise<Response> {
  return await process.send('POST', '/api/session', proofOf(browser, await challengeOf(process)));
}

async function statusOf({ send }: Process, pass: Pass): Promise<number> {
  return (await send('GET', '/api/settings', undefined, pass)).status;
}

async function codeOf(answer: Response): Promise<unknown> {
  const Body = v.object({ error: v.object({ code: v.string() }) });
  return v.parse(Body, await answer.json()).error.code;
}

async function setUp(): Promise<{ process: Process; pass: Pass; browser: Browser }> {
  valueOf(await postern.setUp({ storage: 'file', passphrase: PASSPHRASE }));
  const process = start();
  const pass = await signInByLink(process);
  return { process, pass, browser: await remember(process, pass) };
}

describe('a remembered browser', () => {
  test('signs in after a restart without a link, with two new halves', async () => {
    const { pass, browser } = await setUp();
    const next = start();
    expect(await statusOf(next, pass)).toBe(401);
    const answer = await signInAgain(next, browser);
    expect(answer.status).toBe(200);
    const again = await passOf(answer);
    expect(await statusOf(next, again)).toBe(200);
    expect(await statusOf(next, { cookie: again['cookie'] ?? '' })).toBe(401);
  });

  test('asks for the passphrase first while the vault is locked', async () => {
    const { browser } = await setUp();
    await postern.locking.lock('ASKED');
    const next = start();
    const pass = await passOf(await signInAgain(next, browser));
    expect(await statusOf(next, pass)).toBe(401);
    expect((await next.send('GET', '/api/state', undefined, pass)).status).toBe(200);
    const answer = await next.send('POST', '/api/unlock', { passphrase: PASSPHRASE }, pass);
    expect(await statusOf(next, await passOf(answer))).toBe(200);
    expect(await statusOf(next, pass)).toBe(401);
  });

  test('gets nothing for a file that was written without the key of the vault', async () => {
    const { browser } = await setUp();
    const forged = readFileSync(file, 'utf8');
    await postern.locking.lock('ASKED');
    // The digest is correct, the MAC isn't.
    const body = `${forged.slice(0, forged.indexOf(',"mac"'))}}`;
    writeFileSync(file, withMac(body, Buffer.alloc(32)), { mode: 0o600 });
    const next = start();
    const pass = await passOf(await signInAgain(next, browser));
    const answer = await next.send('POST', '/api/unlock', { passphrase: PASSPHRASE }, pass);
    expect([answer.status, await codeOf(answer)]).toEqual([401, 'SESSION_REQUIRED']);
    expect(await codeOf(await signInAgain(next, browser))).toBe('BROWSER_NOT_REMEMBERED');
  });

  test.each<readonly [string, (browser: Browser, challenge: string) => object]>([
    ['for another origin', (browser, challenge) => proofOf(browser, challenge, `${origin}1`)],
    ['of another challenge', (browser, c) => ({ ...proofOf(browser, 'x'), challenge: c })],
    ['of a challenge that another server made', (browser) => proofOf(browser, foreign())],
    ['by another key', ({ id }, c) => proofOf({ id, key: newKey() }, c)],
    ['of another browser', (browser, c) => proofOf({ ...browser, id: 'constructor' }, c)],
    ['that is empty', (browser, c) => ({ ...proofOf(browser, c), signature: '' })],
  ])('is rejected with a signature %s', async (_name, proof) => {
    const { process, browser } = await setUp();
    const answer = await process.send(
      'POST',
      '/api/session',
      proof(browser, await challengeOf(process)),
    );
    expect([answer.status, await codeOf(answer)]).toEqual([401, 'BROWSER_NOT_REMEMBERED']);
  });

  test('signs each challenge once, within a minute, at the process that made it', async () => {
    const { process, browser } = await setUp();
    const proof = proofOf(browser, await challengeOf(process));
    const again = async (to: Process, body: object): Promise<number> =>
      (await to.send('POST', '/api/session', body)).status;
    expect(await again(process, proof)).toBe(200);
    expect(await again(process, proof)).toBe(401);
    expect(await again(start(), proof)).toBe(401);
    const late = proofOf(browser, await challengeOf(process));
    skewMs = 60_001;
    expect(await again(process, late)).toBe(401);
  });

  test('is rejected at another port, for which it has no key', async () => {
    const { browser } = await setUp();
    const elsewhere = start(7421);
    const proof = proofOf(browser, await challengeOf(elsewhere), 'http://localhost:7421');
    expect((await elsewhere.send('POST', '/api/session', proof)).status).toBe(401);
  });

  test('is forgotten after 30 days without use', async () => {
    const { browser } = await setUp();
    skewMs = 29 * DAY_MS;
    expect((await signInAgain(start(), browser)).status).toBe(200);
    skewMs = 58 * DAY_MS;
    expect((await signInAgain(start(), browser)).status).toBe(200);
    skewMs = 89 * DAY_MS;
    expect((await signInAgain(start(), browser)).status).toBe(401);
  });

  test('is listed without its key, and can be forgotten, which ends its sessions', async () => {
    const { process, pass, browser } = await setUp();
    const other = await passOf(await signInAgain(process, browser));
    const listed = await process.send('GET', '/api/browsers', undefined, pass);
    const text = await listed.text();
    expect(text).not.toContain('publicKey');
    const mine = await signInByLink(process);
    expect(
      (await process.send('DELETE', `/api/browsers/${browser.id}`, undefined, mine)).status,
    ).toBe(204);
    expect([await statusOf(process, other), await statusOf(process, pass)]).toEqual([401, 401]);
    expect((await signInAgain(process, browser)).status).toBe(401);
    const after = await process.send('GET', '/api/browsers', undefined, mine);
    expect(await after.json()).toEqual([] satisfies readonly BrowserView[]);
  });

  type End = (process: Process, pass: Pass) => Promise<unknown>;
  test.each<readonly [string, End]>([
    ['it signs out', ({ send }, pass) => send('DELETE', '/api/session', undefined, pass)],
    [
      'another browser signs it out',
      async (process) =>
        await process.send('DELETE', '/api/sessions', undefined, await signInByLink(process)),
    ],
    [
      'the passphrase changes',
      async () => {
        expectOk(
          await postern.vault.changePassphrase({
            next: Secret.of('another long one'),
            current: Secret.of(PASSPHRASE),
          }),
        );
      },
    ],
    ['the recovery code changes', async () => expectOk(await postern.vault.newRecoveryCode())],
    [
      'the data key changes',
      async () => expectOk(await postern.vault.rekey({ passphrase: Secret.of(PASSPHRASE) })),
    ],
    [
      'every browser is signed out',
      async ({ signIns }) => {
        signIns.browsers.forgetAll();
        await Promise.resolve();
      },
    ],
  ])('is forgotten when %s', async (_name, end) => {
    const { process, pass, browser } = await setUp();
    await end(process, pass);
    expect((await signInAgain(start(), browser)).status).toBe(401);
  });

  test("can't remember a further key in a session that its key began", async () => {
    const { process, browser } = await setUp();
    const pass = await passOf(await signInAgain(process, browser));
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const another = publicKey.export({ format: 'der', type: 'spki' }).toString('base64url');
    const answer = await process.send('POST', '/api/browsers', { publicKey: another }, pass);
    expect([answer.status, await codeOf(answer)]).toEqual([403, 'SIGN_IN_LINK_REQUIRED']);
  });

  test('is nothing without a session or an open vault', async () => {
    const { process, pass } = await setUp();
    expect((await process.send('POST', '/api/browsers', { publicKey: 'x' })).status).toBe(401);
    expect((await process.send('POST', '/api/browsers', { publicKey: 'x' }, pass)).status).toBe(
      400,
    );
    expect(existsSync(file)).toBe(true);
  });
});

function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

function foreign(): string {
  return signInsOf({ postern, randomness: systemRandomness }).challenges.issue();
}
