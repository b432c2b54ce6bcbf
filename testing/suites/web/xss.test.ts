import { readFileSync } from 'node:fs';
import {
  corpusFiles,
  skipBecause,
  textReply,
  whyNoPrograms,
  type FakeReply,
} from '@postern/testing';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../product/walk-first-run.ts';
import { HOSTILE_MARKDOWN } from './hostile-markdown.ts';
import { auditOf, watchPage } from './live-audit.ts';
import { callApi, goTo, pickModel, signedInPage, type SignedInPage } from './signed-in-page.ts';

const BATCH = 25;
const Corpus = v.array(v.object({ title: v.string(), payload: v.string() }));
const Made = v.object({ id: v.string() });

function payloads(): readonly string[] {
  return corpusFiles('xss', /\.json$/).flatMap((path) =>
    v.parse(Corpus, JSON.parse(readFileSync(path, 'utf8'))).map(({ payload }) => payload),
  );
}

/** Returns batches of payloads, each with a unique word to search for. */
function batches(): readonly { readonly word: string; readonly text: string }[] {
  const all = [...payloads(), ...HOSTILE_MARKDOWN.map(([, text]) => text)];
  const found: { word: string; text: string }[] = [];
  for (let at = 0; at < all.length; at += BATCH) {
    const word = `quagga${String(found.length)}x`;
    const text = all.slice(at, at + BATCH).join(`\n\n${word} `);
    found.push({ word, text: `${word} ${text}` });
  }
  return found;
}

/** Splits a text into small deltas, so that every tag and link is split somewhere. */
function inPieces(text: string): FakeReply {
  const deltas = text.match(/[^]{1,9}/gu) ?? [];
  return { kind: 'answer', parts: [{ kind: 'text', text, deltas }] };
}

const why = whyNoPrograms(['chromium']);

describe.skipIf(skipBecause('hostile texts in Chromium', why))('hostile texts', () => {
  let product: SignedInPage;

  beforeAll(async () => {
    product = await signedInPage({ reducedMotion: true });
    await watchPage(product.page);
  });

  afterAll(async () => {
    await product[Symbol.asyncDispose]();
  });

  const expectHarmless = async (): Promise<void> => {
    expect(await auditOf(product.page)).toEqual([]);
    expect(product.browser.complaints()).toEqual([]);
  };

  test('are detected even if they appear only briefly', async () => {
    await product.page.evaluate(`{
      const bell = document.createElement('marquee');
      document.body.append(bell);
      bell.remove();
    }`);
    expect(await auditOf(product.page)).toHaveLength(1);
    await product.page.evaluate('window.ran = 1');
    expect(await auditOf(product.page)).toContainEqual({ ran: 1 });
    await product.page.reload();
    await expectHarmless();
  });

  test('are harmless as questions, streamed answers and history', async () => {
    const { page, upstream } = product;
    for (const { text } of batches()) {
      await goTo(page, '#/');
      await pickModel(page, 'gpt-fake-large');
      upstream.next(inPieces(text));
      await ask(page, text);
      await expectHarmless();
      await page.reload();
      await page.locator('[data-look=answer] .md > *').first().waitFor();
      await expectHarmless();
    }
  });

  test('are harmless in search snippets', async () => {
    const { page } = product;
    await goTo(page, '#/');
    await page.keyboard.press('Control+k');
    for (const { word } of batches()) {
      await page.getByLabel('Search titles and messages').fill(word);
      await page.locator('mark', { hasText: word }).first().waitFor();
      await expectHarmless();
    }
    await page.keyboard.press('Escape');
  });

  test('are harmless as titles in the list, the header and the search', async () => {
    const { page } = product;
    const ids: string[] = [];
    for (const payload of [...payloads(), ...HOSTILE_MARKDOWN.map(([, text]) => text)]) {
      const title = payload.slice(0, 200);
      const made = await callApi(page, 'POST', '/api/conversations', { title });
      ids.push(v.parse(Made, made).id);
    }
    await goTo(page, '#/');
    await page.reload();
    for (const id of ids) {
      await goTo(page, `#/c/${id}`);
    }
    await expectHarmless();
    await page.keyboard.press('Control+k');
    await page.getByLabel('Search titles and messages').fill('script');
    await page.locator('.search-row').nth(5).waitFor();
    await expectHarmless();
    await page.keyboard.press('Escape');
  });

  test('are harmless as reasoning, tool calls and error messages', async () => {
    const { page, upstream } = product;
    const hostile = '<img src=x onerror=ran=1><script>ran=1</script>[a](javascript:ran=1)';
    await goTo(page, '#/');
    await pickModel(page, 'claude-fake-large');
    upstream.next(
      {
        kind: 'answer',
        parts: [
          { kind: 'thinking', text: hostile, signature: 'c2ln' },
          { kind: 'tool-call', id: 'call_1', name: 'ran', input: { [hostile]: hostile } },
        ],
      },
      { kind: 'error', status: 529, message: hostile },
    );
    await ask(page, 'first');
    await page.locator('[data-look=answer] details').first().waitFor();
    await page.evaluate(`for (const d of document.querySelectorAll('details')) d.open = true`);
    await expectHarmless();
    await page.keyboard.press('Control+Alt+n');
    // `ask` counts the answers on the page, so the old chat must be gone first.
    await page.locator('[data-look=answer]').first().waitFor({ state: 'detached' });
    await ask(page, 'second');
    await page.locator('.notice-danger').waitFor();
    await expectHarmless();
  });

  test('show the full address before a link opens, for any mouse button', async () => {
    const { page, browser, upstream, postern } = product;
    await goTo(page, '#/');
    await pickModel(page, 'gpt-fake-large');
    const last = '[the last](https://attacker.example/last)';
    // An unclosed code fence would turn the rest into code.
    const closed = HOSTILE_MARKDOWN.filter(([name]) => !name.endsWith('an unclosed code block'));
    upstream.next(textReply([...closed.map(([, text]) => text), last].join('\n\n')));
    await ask(page, 'links');
    const links = page.locator('[data-look=answer] .md a');
    // The page renders long text in a deferred pass: count the links once the last one is there.
    await links.filter({ hasText: 'the last' }).waitFor();
    const count = await links.count();
    expect(count).toBeGreaterThan(5);
    for (let at = 0; at < count; at += 1) {
      const button = at % 2 === 0 ? 'left' : 'middle';
      await links.nth(at).click({ button });
      const address = (await page.locator('.link-address').textContent()) ?? '';
      expect(address).toMatch(/^(?:https:\/\/attacker\.example|mailto:a@attacker\.example)/);
      await page.keyboard.press('Escape');
      await page.locator('.link-address').waitFor({ state: 'detached' });
    }
    expect(browser.context.pages()).toHaveLength(1);
    expect(page.url()).toContain(postern.pageAddress);
    await expectHarmless();
  });
});
