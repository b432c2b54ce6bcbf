import { once } from 'node:events';
import { createServer } from 'node:http';
import { SESSION_HEADER } from '@postern/protocol';
import { skipBecause, whyNoPrograms } from '@postern/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { goTo, signedInPage, type SignedInPage } from './signed-in-page.ts';

const ID = '0'.repeat(26);
const TURN = { parentId: null, text: 'hello', provider: 'fake', model: 'any' };

/** Requests that an attacker with one stolen half would try. */
const ATTEMPTS: readonly (readonly [string, string, unknown])[] = [
  ['GET', '/api/state', undefined],
  ['GET', '/api/conversations', undefined],
  ['GET', '/api/providers', undefined],
  ['GET', '/api/sessions', undefined],
  ['GET', '/api/search?q=a', undefined],
  ['POST', '/api/conversations', {}],
  ['POST', `/api/conversations/${ID}/turns`, TURN],
  ['GET', `/api/conversations/${ID}/answer`, undefined],
  ['GET', '/api/events', undefined],
  ['POST', '/api/unlock', { passphrase: 'three blind mice run' }],
  ['POST', '/api/lock', {}],
  ['DELETE', '/api/sessions', undefined],
];

/** Another server on this machine that records the cookies it receives. */
async function otherServer(): Promise<{
  readonly origin: string;
  readonly cookies: readonly string[];
  close(): Promise<void>;
}> {
  const cookies: string[] = [];
  const server = createServer((request, response) => {
    if (request.headers.cookie !== undefined) cookies.push(request.headers.cookie);
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><p>Hello');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? String(address?.port) : '';
  return {
    origin: `http://localhost:${port}`,
    cookies,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

describe.skipIf(skipBecause('session theft in Chromium', whyNoPrograms(['chromium'])))(
  'a server on another port of this machine',
  () => {
    let product: SignedInPage;
    let other: Awaited<ReturnType<typeof otherServer>>;
    let stolen: string;

    beforeAll(async () => {
      product = await signedInPage({ reducedMotion: true });
      other = await otherServer();
      const visit = await product.browser.context.newPage();
      await visit.goto(`${other.origin}/api/anything`);
      stolen = other.cookies.at(-1) ?? '';
    });

    afterAll(async () => {
      await other.close();
      await product[Symbol.asyncDispose]();
    });

    const attempt = async (
      [method, path, body]: (typeof ATTEMPTS)[number],
      headers: Record<string, string>,
    ): Promise<number> => {
      const response = await fetch(`${product.postern.pageAddress}${path}`, {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      await response.text();
      return response.status;
    };

    test('receives the cookie, so the cookie alone must not grant access', () => {
      expect(stolen).toMatch(/postern-session-\d+=[\w-]{43}/);
    });

    test.each(ATTEMPTS)('%s %s rejects either half of the session alone', async (...row) => {
      expect(await attempt(row, { cookie: stolen })).toBe(401);
      expect(await attempt(row, { cookie: stolen, [SESSION_HEADER]: '' })).toBe(401);
      expect(await attempt(row, { cookie: stolen, [SESSION_HEADER]: 'a'.repeat(43) })).toBe(401);
      const secret = await product.page.evaluate<string>(
        `sessionStorage.getItem('postern-session')`,
      );
      expect(await attempt(row, { [SESSION_HEADER]: secret })).toBe(401);
      // Both halves together work, so the rejections above aren't due to a missing session.
      if (row[1] === '/api/state') {
        expect(await attempt(row, { cookie: stolen, [SESSION_HEADER]: secret })).toBe(200);
      }
    });

    test('cannot send requests from its page or read the secret', async () => {
      const page = product.browser.context.pages().at(-1);
      const asked = await page?.evaluate(
        `fetch('${product.postern.pageAddress}/api/state', { credentials: 'include' })
          .then((answer) => answer.status, () => 'blocked')`,
      );
      expect(asked).toBe('blocked');
      expect(await page?.evaluate(`sessionStorage.getItem('postern-session')`)).toBeNull();
    });

    test('leaves the signed-in page working', async () => {
      await goTo(product.page, '#/');
      expect(await product.page.getByLabel('Message', { exact: true }).isVisible()).toBe(true);
    });
  },
);

describe.skipIf(skipBecause('sessions in Chromium', whyNoPrograms(['chromium'])))(
  'the sessions of a browser',
  () => {
    test('a tab without a link explains how to sign in; signing out ends every tab', async () => {
      await using product = await signedInPage({ reducedMotion: true });
      const { page, browser, postern } = product;
      const tab = await browser.context.newPage();
      await tab.goto(postern.pageAddress);
      await tab.getByRole('heading', { name: 'Sign in again' }).waitFor();
      await tab.getByText('postern open').first().waitFor();
      await page.evaluate(`location.hash = '#/settings/sessions'`);
      await page.getByText('Chrome on Linux (this browser)').waitFor();
      await page.getByRole('button', { name: 'Sign out', exact: true }).click();
      await page.getByRole('heading', { name: 'Sign in again' }).waitFor();
      await page.reload();
      await page.getByRole('heading', { name: 'Sign in again' }).waitFor();
      expect(await page.evaluate(`sessionStorage.getItem('postern-session')`)).toBeNull();
    });

    test('unlocking after a lock starts a new session', async () => {
      await using product = await signedInPage({ reducedMotion: true });
      const { page } = product;
      const secretOf = async (): Promise<unknown> =>
        await page.evaluate(`sessionStorage.getItem('postern-session')`);
      const before = await secretOf();
      await page.getByRole('button', { name: 'Lock now' }).click();
      await page.getByLabel('Passphrase').fill('three blind mice run');
      await page.keyboard.press('Enter');
      await page.getByLabel('Message', { exact: true }).waitFor();
      expect(await secretOf()).not.toBe(before);
      await page.reload();
      await page.getByLabel('Message', { exact: true }).waitFor();
    });
  },
);
