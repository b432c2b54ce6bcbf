import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { skipBecause, textReply, whyNoPrograms } from '@postern/testing';
import type { Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../product/walk-first-run.ts';
import { goTo, pickModel, signedInPage, type SignedInPage } from './signed-in-page.ts';

const MAX_FIRST_LOAD_BYTES = 150_000;
const DIST = join(import.meta.dirname, '../../../apps/web/dist');
const ASSETS = join(DIST, 'assets');
const ANSWER = 'Maths: $x^2$\n\n```ts\nlet a = 1;\n```\n';

/**
 * What the page needs before it shows anything: the files of index.html, and what they import. Others are requested
 * by the page itself, at times before the browser reports that it has loaded.
 */
function filesOfFirstLoad(): ReadonlySet<string> {
  const files = new Set<string>();
  const add = (text: string, reference: RegExp): void => {
    for (const [, name = ''] of text.matchAll(reference)) {
      if (files.has(name)) continue;
      files.add(name);
      if (name.endsWith('.js')) {
        add(
          readFileSync(join(ASSETS, name), 'utf8'),
          /(?:from|import)\s*["'`]\.\/([\w-]+\.js)["'`]/g,
        );
      }
    }
  };
  add(readFileSync(join(DIST, 'index.html'), 'utf8'), /assets\/([\w-]+\.(?:js|css))"/g);
  return files;
}

const why = whyNoPrograms(['chromium']);

describe.skipIf(skipBecause('the first load in Chromium', why))('the first load', () => {
  let product: SignedInPage;

  beforeAll(async () => {
    product = await signedInPage();
  });

  afterAll(async () => {
    await product[Symbol.asyncDispose]();
  });

  test('is at most 150 kB of compressed scripts and styles; colours and maths follow', async () => {
    const { page } = product;
    const requests: Request[] = [];
    page.on('request', (request) => {
      if (/^(script|stylesheet)$/.test(request.resourceType())) requests.push(request);
    });
    const rest = page.waitForResponse((response) =>
      /\/assets\/katex-\S+\.js$/.test(response.url()),
    );
    await page.reload({ waitUntil: 'load' });
    const needed = filesOfFirstLoad();
    let bytes = 0;
    for (const name of needed) {
      const request = requests.find((each) => each.url().endsWith(`/${name}`));
      expect(await (await request?.response())?.headerValue('content-encoding')).toBe('br');
      bytes += readFileSync(join(ASSETS, `${name}.br`)).length;
    }
    expect([...needed].some((name) => /^(katex|languages)/.test(name))).toBe(false);
    expect(needed.size).toBeGreaterThan(1);
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThanOrEqual(MAX_FIRST_LOAD_BYTES);
    expect((await rest).status()).toBe(200);
  });

  test('is followed by what shows maths and colours', async () => {
    const { page, browser, upstream } = product;
    upstream.next(textReply(ANSWER));
    await goTo(page, '#/');
    await pickModel(page, 'gpt-fake-large');
    await ask(page, 'Show both.');
    await page.locator('.md math').first().waitFor({ state: 'attached' });
    await page.locator('.code .hljs-keyword').first().waitFor();
    expect(browser.complaints()).toEqual([]);
  });

  test('has fonts in one format only, and every script and style sheet compressed', () => {
    const names = readdirSync(ASSETS);
    expect(names.filter((name) => /\.(woff|ttf)$/.test(name))).toEqual([]);
    for (const name of names.filter((name) => /\.(js|css)$/.test(name))) {
      const unpacked = brotliDecompressSync(readFileSync(join(ASSETS, `${name}.br`)));
      expect(unpacked.equals(readFileSync(join(ASSETS, name)))).toBe(true);
    }
  });
});
