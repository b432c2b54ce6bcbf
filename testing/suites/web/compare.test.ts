import { skipBecause, textReply, whyNoPrograms, type FakeReply } from '@postern/testing';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { sendWhenReady } from '../product/walk-first-run.ts';
import { goTo, pickModel, signedInPage, type SignedInPage } from './signed-in-page.ts';

const why = whyNoPrograms(['chromium']);
const MODELS = ['gpt-fake-large', 'gpt-fake-small', 'claude-fake-large'] as const;

/** 60 words of the model that is asked. */
const textOf = (model: string): string =>
  Array.from({ length: 60 }, (_, at) => `${model}-${String(at)}`).join(' ');

/** Answers each request as the model that it asks. */
function respond({ upstream }: SignedInPage, replyOf: (model: string) => FakeReply): void {
  upstream.respond(({ json, path }) => {
    if (path.includes('/models')) return { kind: 'echo' };
    const asked = JSON.stringify(json);
    return replyOf(MODELS.find((model) => asked.includes(`"${model}"`)) ?? 'other');
  });
}

const paced = (model: string): FakeReply => textReply(textOf(model), { deltaDelayMs: 30 });

/** Chooses three models and sends a question to them, by keyboard alone. */
async function compare(page: Page, question: string): Promise<void> {
  await page.getByRole('button', { name: 'Compare models' }).press('Enter');
  const search = page.getByLabel('Search models');
  for (const words of ['gpt-fake-small', 'claude fake large']) {
    await search.fill(words);
    await page.locator('.compare-row[data-marked=true]').waitFor();
    await search.press('Enter');
  }
  await search.press('Control+Enter');
  await page.getByRole('list', { name: 'Models to compare' }).waitFor();
  await page.getByLabel('Message', { exact: true }).fill(question);
  await sendWhenReady(page);
}

const shown = async (page: Page): Promise<readonly string[]> =>
  (await page.locator('.comparison-column .md').allTextContents()).map((text) => text.trim());

const ended = async (page: Page): Promise<void> => {
  await page
    .getByRole('button', { name: /^Continue with this answer/ })
    .nth(2)
    .waitFor();
};

/** Runs axe on the page; one line per violation. */
async function findingsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate<readonly string[]>(`axe.run().then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map((node) => id + ': ' + node.html.slice(0, 160))))`);
}

const LOOKS = [
  ['light', 1280],
  ['dark', 1280],
  ['light', 360],
] as const;

describe.skipIf(skipBecause('comparisons in Chromium', why))('a comparison', () => {
  test.each(LOOKS)('is accessible and fits, %s at %i px', async (colorScheme, width) => {
    const viewport = { width, height: 800 };
    await using product = await signedInPage({ colorScheme, viewport, reducedMotion: true });
    const { page } = product;
    await goTo(page, '#/');
    await pickModel(page, 'gpt-fake-large');
    await page.getByRole('button', { name: 'Compare models' }).click();
    await page.locator('.compare-row').first().waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    respond(product, (model) =>
      model === 'gpt-fake-small' ? { kind: 'error', status: 503 } : textReply(textOf(model)),
    );
    await compare(page, 'Which is best?');
    await ended(page);
    expect(await findingsOf(page)).toEqual([]);
    const overflows = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';
    expect(await page.evaluate(overflows)).toBe(false);
    expect(product.browser.complaints()).toEqual([]);
  });

  test('goes on over a reload, is continued with one by keyboard, and is shown again', async () => {
    await using product = await signedInPage({ reducedMotion: true });
    const { page } = product;
    await goTo(page, '#/');
    await pickModel(page, 'gpt-fake-large');
    respond(product, paced);
    await compare(page, 'reloaded');
    await page.getByText('claude-fake-large-3').waitFor();
    await page.reload();
    await ended(page);
    expect(await shown(page)).toEqual(MODELS.map(textOf));
    await page.locator('.comparison-column').first().focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe(
      'gpt-fake-small',
    );
    const stored = page.waitForResponse((response) => response.url().endsWith('/choice'));
    await page
      .getByRole('button', { name: 'Continue with this answer of gpt-fake-small' })
      .press('Enter');
    await stored;
    await page.getByText('2/3').waitFor();
    await page.reload();
    await page.getByText('2/3').waitFor();
    expect(product.browser.complaints()).toEqual([]);
  });

  test('is merged in a message that shows what is sent', async () => {
    await using product = await signedInPage({ reducedMotion: true });
    const { page, upstream } = product;
    await goTo(page, '#/');
    await pickModel(page, 'gpt-fake-large');
    respond(product, (model) => textReply(textOf(model)));
    await compare(page, 'merged');
    await ended(page);
    respond(product, () => textReply('All in one.'));
    await page.getByRole('button', { name: 'Merge with…' }).press('Enter');
    await page.getByLabel('Search models').fill('gpt-fake-large');
    await page.locator('[role=option][aria-selected=true]').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('All in one.').waitFor();
    const last = upstream.requests.findLast(({ path }) => !path.includes('/models'));
    const sent = JSON.stringify(last?.json);
    const asked = (await page.locator('.bubble').last().textContent()) ?? '';
    for (const model of MODELS.slice(1)) {
      expect(sent).toContain(textOf(model));
      expect(asked).toContain(`${model}-0`);
    }
  });
});
