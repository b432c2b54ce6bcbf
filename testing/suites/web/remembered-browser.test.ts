import { once } from 'node:events';
import { createServer } from 'node:http';
import {
  freshHome,
  skipBecause,
  startChromium,
  upPostern,
  whyNoPrograms,
  type ChromiumSession,
  type FreshHome,
  type PosternUp,
} from '@postern/testing';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ask, PASSPHRASE, walkFirstRun } from '../product/walk-first-run.ts';

let home: FreshHome;
let postern: PosternUp;
let browser: ChromiumSession;
let page: Page;
let port: number;

const composer = (): ReturnType<Page['getByLabel']> => page.getByLabel('Message', { exact: true });

async function restart(options: { readonly isOpen: boolean }): Promise<void> {
  await postern[Symbol.asyncDispose]();
  postern = await upPostern({
    environment: home.environment,
    port,
    ...(options.isOpen ? { passphrase: PASSPHRASE } : {}),
  });
}

async function remember(): Promise<void> {
  await page.evaluate(`location.hash = '#/settings/sessions'`);
  await page.getByRole('button', { name: 'Remember this browser' }).click();
  await page.getByRole('button', { name: 'Forget Chrome on Linux' }).waitFor();
  await page.evaluate(`location.hash = '#/'`);
}

describe.skipIf(skipBecause('remembered browsers in Chromium', whyNoPrograms(['chromium'])))(
  'a remembered browser in Chromium',
  () => {
    beforeEach(async () => {
      home = freshHome();
      postern = await upPostern({ environment: home.environment });
      port = Number(new URL(postern.pageAddress).port);
      browser = await startChromium({ origins: [postern.pageAddress], reducedMotion: true });
      page = browser.page;
      await walkFirstRun(page, postern.launchUrl, 'file');
    });

    afterEach(async () => {
      await browser[Symbol.asyncDispose]();
      await postern[Symbol.asyncDispose]();
      home[Symbol.dispose]();
    });

    test('signs in after a restart without a link, where it was', async () => {
      await remember();
      await ask(page, 'hello');
      const place = await page.evaluate<string>('location.hash');
      expect(place).toMatch(/^#\/c\//);
      await restart({ isOpen: true });
      await page.reload();
      await page.locator('[data-look=answer]').first().waitFor();
      expect(await page.evaluate('location.hash')).toBe(place);
    });

    test('asks for the passphrase first if the vault is locked, and then shows the chat', async () => {
      await remember();
      await ask(page, 'hello');
      const place = await page.evaluate<string>('location.hash');
      await restart({ isOpen: false });
      await page.reload();
      await page.getByLabel('Passphrase').fill(PASSPHRASE);
      await page.keyboard.press('Enter');
      await page.locator('[data-look=answer]').first().waitFor();
      expect(await page.evaluate('location.hash')).toBe(place);
    });

    test('gives another server on the port nothing that Postern accepts', async () => {
      await remember();
      const seen: string[] = [];
      await postern[Symbol.asyncDispose]();
      const thief = createServer((request, response) => {
        let body = '';
        request.on('data', (chunk: Buffer) => (body += chunk.toString()));
        request.on('end', () => {
          const path = request.url ?? '';
          if (body !== '' && path === '/api/session') seen.push(body);
          if (path.endsWith('/challenge'))
            response.end('{"challenge":"1.AAAAAAAAAAAAAAAAAAAAAA.A"}');
          else if (path.startsWith('/api/')) {
            response.statusCode = 401;
            response.end('{"error":{"code":"SESSION_REQUIRED","message":"x"}}');
          } else response.setHeader('content-type', 'text/html').end('<title>other</title>');
        });
      });
      thief.listen(port, '127.0.0.1');
      await once(thief, 'listening');
      // The tab that is still open asks the other server, and signs for it.
      await expect.poll(() => seen.length, { timeout: 20_000 }).toBeGreaterThan(0);
      // What its own page can do with the key: use it, but never read it.
      await page.goto(`http://localhost:${String(port)}/x`);
      const exported = await page.evaluate(`new Promise((done) => {
        const opening = indexedDB.open('postern', 1);
        opening.onsuccess = () => {
          const all = opening.result.transaction('browser-keys').objectStore('browser-keys').getAll();
          all.onsuccess = () => Promise.all(
            ['pkcs8', 'jwk'].map((form) => crypto.subtle.exportKey(form, all.result[0]).then(
              () => 'read', (error) => error.name)),
          ).then(done);
        };
      })`);
      expect(exported).toEqual(['InvalidAccessError', 'InvalidAccessError']);
      thief.closeAllConnections();
      thief.close();
      await once(thief, 'close');
      postern = await upPostern({
        environment: home.environment,
        port,
        passphrase: PASSPHRASE,
      });
      for (const body of seen) {
        const replayed = await fetch(`${postern.pageAddress}/api/session`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        });
        expect(replayed.status).toBe(401);
      }
    });

    test('removes a service worker that another server on the port left', async () => {
      await remember();
      await postern[Symbol.asyncDispose]();
      const thief = createServer((request, response) => {
        const path = request.url ?? '';
        if (path.startsWith('/v1/')) {
          response.setHeader('content-type', 'text/javascript');
          response.setHeader('service-worker-allowed', '/');
          response.end(`self.addEventListener('install', () => self.skipWaiting());
            self.addEventListener('activate', (event) => event.waitUntil(clients.claim()));
            self.addEventListener('fetch', (event) => {
              if (event.request.mode !== 'navigate') return;
              const headers = { 'content-type': 'text/html' };
              event.respondWith(new Response('<title>false</title>', { headers }));
            });`);
        } else response.setHeader('content-type', 'text/html').end('<title>other</title>');
      });
      thief.listen(port, '127.0.0.1');
      await once(thief, 'listening');
      await page.goto(`http://localhost:${String(port)}/`);
      await page.evaluate(`navigator.serviceWorker.register('/v1/worker.js', { scope: '/' })
        .then(() => navigator.serviceWorker.ready).then(() => true)`);
      await page.goto(`http://localhost:${String(port)}/`);
      expect(await page.title()).toBe('false');
      thief.closeAllConnections();
      thief.close();
      await once(thief, 'close');
      postern = await upPostern({ environment: home.environment, port, passphrase: PASSPHRASE });
      await page.goto(postern.pageAddress);
      await composer().waitFor();
      const left = await page.evaluate(
        `navigator.serviceWorker.getRegistrations().then((all) => all.length)`,
      );
      expect(left).toBe(0);
    });

    test('needs a link again after it was forgotten or signed out', async () => {
      await remember();
      await page.evaluate(`location.hash = '#/settings/sessions'`);
      await page.getByRole('button', { name: 'Forget Chrome on Linux' }).click();
      await page.getByRole('button', { name: 'Remember this browser' }).click();
      await page.getByRole('button', { name: 'Forget Chrome on Linux' }).waitFor();
      await page.getByRole('button', { name: 'Sign out', exact: true }).click();
      await page.getByRole('heading', { name: 'Sign in again' }).waitFor();
      await page.reload();
      await page.getByRole('heading', { name: 'Sign in again' }).waitFor();
    });

    test('is remembered by the check box, with a link pasted into the same tab', async () => {
      await ask(page, 'hello');
      const place = await page.evaluate<string>('location.hash');
      await restart({ isOpen: true });
      await page.reload();
      await page.getByLabel('Remember this browser').check();
      const { launchUrl } = postern;
      await page.evaluate(`location.href = ${JSON.stringify(launchUrl)}`);
      await page.locator('[data-look=answer]').first().waitFor();
      expect(await page.evaluate('location.hash')).toBe(place);
      await page.getByText('This browser is remembered').waitFor();
      await restart({ isOpen: true });
      await page.reload();
      await composer().waitFor();
    });
  },
);
