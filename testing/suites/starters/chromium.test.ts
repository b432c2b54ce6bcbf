import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import {
  skipBecause,
  startChromium,
  whyNoPrograms,
  type ChromiumSession,
  type Complaint,
} from '@postern/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const PAGES: Readonly<Record<string, string>> = {
  '/quiet': '<!doctype html><title>Quiet</title><img src="data:image/png;base64,"><p>Nothing.</p>',
  '/console': '<!doctype html><script src="/console.js"></script>',
  '/console.js': 'console.error("a complaint"); console.log("no complaint");',
  '/error': '<!doctype html><script src="/error.js"></script>',
  '/error.js': 'throw new Error("an error of the page");',
  '/inline': '<!doctype html><script>document.title = "ran";</script>',
  '/foreign': '<!doctype html><script src="/foreign.js"></script>',
  '/foreign.js': 'fetch("http://foreign.example/x").catch(() => 0);',
  '/dialog': '<!doctype html><script src="/dialog.js"></script>',
  '/dialog.js': 'alert("hello");',
};

describe.skipIf(skipBecause('Chromium', whyNoPrograms(['chromium'])))('Chromium', () => {
  let server: Server;
  let origin = '';
  let browser: ChromiumSession;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const path = request.url ?? '';
      response.writeHead(200, {
        'content-type': path.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8',
        'content-security-policy': path === '/inline' ? "default-src 'self'" : '',
      });
      response.end(PAGES[path] ?? '');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    origin = `http://127.0.0.1:${typeof address === 'object' ? String(address?.port) : ''}`;
    browser = await startChromium({ origins: [origin] });
  });

  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    server.close();
    server.closeAllConnections();
  });

  async function complaintsOf(path: string): Promise<readonly Complaint[]> {
    const before = browser.complaints().length;
    await browser.page.goto(`${origin}${path}`, { waitUntil: 'networkidle' });
    return browser.complaints().slice(before);
  }

  test('reports nothing for a page without errors', async () => {
    expect(await complaintsOf('/quiet')).toEqual([]);
  });

  test.each([
    ['/console', 'console-error', /a complaint/],
    ['/error', 'page-error', /an error of the page/],
    ['/inline', 'policy-violation', /script-src-elem inline/],
    ['/foreign', 'foreign-request', /^http:\/\/foreign\.example\/x$/],
    ['/dialog', 'dialog', /alert: hello/],
  ] as const)('%s: %s', async (path, kind, text) => {
    const complaints = await complaintsOf(path);
    expect(complaints.find((complaint) => complaint.kind === kind)?.text).toMatch(text);
  });
});
