import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { loopbackListener, placeOf } from '../server/listener.ts';
import { loadPageFiles } from '../server/page-files.ts';
import { createPage } from './page.ts';

const host = 'localhost:7420';
const PLACE = placeOf(loopbackListener(7420), 7420);

const SCRIPT = 'draw("<script>");';

function builtPage(): string {
  const dist = mkdtempSync(join(tmpdir(), 'postern-page-'));
  afterAll(() => {
    rmSync(dist, { recursive: true });
  });
  writeFileSync(join(dist, 'diagram.html'), `<style>a{}</style><script>${SCRIPT}</script>`);
  mkdirSync(join(dist, 'assets'));
  writeFileSync(join(dist, 'index.html'), '<!doctype html><title>Postern</title>');
  writeFileSync(join(dist, 'assets', 'app-1234.js'), 'export {};');
  writeFileSync(join(dist, 'assets', 'app-1234.js.br'), brotliCompressSync('export {};'));
  writeFileSync(join(dist, 'build-stamp'), 'not part of the page');
  symlinkSync('/etc/passwd', join(dist, 'passwd.txt'));
  return dist;
}

const page = createPage(loadPageFiles(builtPage()), PLACE);
const get = async (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  await page.request(`http://${host}${path}`, { headers: { host, ...headers } });

describe('the page', () => {
  test('has a policy that allows nothing inline and nothing remote', async () => {
    const answer = await get('/');
    expect(answer.status).toBe(200);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('x-frame-options')).toBe('DENY');
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test('allows frames of one address only', async () => {
    const directive = / frame-src ([^;]*)(?:;|$)/;
    const policy = (await get('/')).headers.get('content-security-policy') ?? '';
    expect(directive.exec(policy)?.[1]).toBe(`${host}/diagram.html`);
    const other = (await get('/assets/app-1234.js')).headers.get('content-security-policy');
    expect(other).not.toMatch(directive);
  });

  test('confines the frame of a diagram to its own script', async () => {
    const answer = await get('/diagram.html');
    const hash = createHash('sha256').update(SCRIPT).digest('base64');
    expect(answer.headers.get('content-security-policy')?.split('; ')).toEqual([
      "default-src 'none'",
      `script-src 'sha256-${hash}'`,
      "style-src 'unsafe-inline'",
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      `frame-ancestors http://${host}`,
      'sandbox allow-scripts',
    ]);
    expect(answer.headers.get('x-frame-options')).toBe('SAMEORIGIN');
    expect(answer.headers.get('referrer-policy')).toBe('strict-origin-when-cross-origin');
  });

  test('allows caching of hashed files, but not of the page itself', async () => {
    const answer = await get('/assets/app-1234.js');
    expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(answer.headers.get('cache-control')).toContain('immutable');
  });

  test.each(['br', 'gzip, deflate, br, zstd', 'gzip, BR;q=0.5', 'br ; q=1.0,gzip'])(
    'sends a compressed file to a browser that accepts %s',
    async (accepted) => {
      const answer = await get('/assets/app-1234.js', { 'accept-encoding': accepted });
      expect(answer.headers.get('content-encoding')).toBe('br');
      expect(answer.headers.get('vary')).toBe('accept-encoding');
      expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
      const bytes = new Uint8Array(await answer.arrayBuffer());
      expect(brotliDecompressSync(bytes).toString()).toBe('export {};');
    },
  );

  test.each(['', 'gzip', 'br;q=0', 'gzip, br;q=0.00, deflate', 'brotli', 'x-br'])(
    'sends the file as it is to a client that accepts %j',
    async (accepted) => {
      const answer = await get('/assets/app-1234.js', { 'accept-encoding': accepted });
      expect(answer.headers.get('content-encoding')).toBeNull();
      expect(answer.headers.get('vary')).toBe('accept-encoding');
      expect(await answer.text()).toBe('export {};');
    },
  );

  test.each([
    '/../package.json',
    '/assets/app-1234.js.br',
    '/%2e%2e/package.json',
    '/assets/..%2findex.html',
    '/passwd.txt',
    '/build-stamp',
    '/nothing.js',
    '/assets/',
  ])('responds with 404 to %s', async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  test.each([
    ['another host', '/', { host: 'evil.example:7420' }, 403],
    ['a foreign script tag', '/assets/app-1234.js', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a foreign fetch', '/', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' }, 403],
    [
      'a foreign frame',
      '/diagram.html',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
      403,
    ],
    ['a foreign origin', '/', { origin: 'https://evil.example' }, 403],
    ['a followed link', '/', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, 200],
  ] as const)('%s', async (_name, path, headers, status) => {
    expect((await get(path, headers)).status).toBe(status);
  });

  test.each(['127.0.0.1:7420', '[::1]:7420'])('redirects from %s to localhost', async (address) => {
    for (const path of ['/', '/assets/app-1234.js', '//evil.example/']) {
      const answer = await page.request(`http://${host}${path}`, { headers: { host: address } });
      expect(answer.status).toBe(307);
      expect(new URL(answer.headers.get('location') ?? '').origin).toBe(`http://${host}`);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(await answer.text()).toBe('');
    }
  });

  test('rejects a POST request', async () => {
    const answer = await page.request(`http://${host}/`, { method: 'POST', headers: { host } });
    expect(answer.status).toBe(405);
  });

  test('reports that it was not built', async () => {
    const empty = createPage(undefined, PLACE);
    const answer = await empty.request(`http://${host}/`, { headers: { host } });
    expect(answer.status).toBe(503);
  });
});
