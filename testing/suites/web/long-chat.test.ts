import { skipBecause, startChromium, whyNoPrograms, type ChromiumSession } from '@postern/testing';
import type { Page, Response } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { benchHome, type BenchHome } from '../../bench/chat/home-of-bench.ts';
import { goTo } from './signed-in-page.ts';

const COUNT = 1000;
const why = whyNoPrograms(['chromium']);

describe.skipIf(skipBecause('a long chat in Chromium', why))('a chat of 1,000 messages', () => {
  let home: BenchHome;
  let browser: ChromiumSession;
  let page: Page;
  const loaded: Response[] = [];

  beforeAll(async () => {
    home = await benchHome({ chats: 1, messages: 2, longMessages: COUNT });
    browser = await startChromium({ origins: [home.postern.pageAddress] });
    ({ page } = browser);
    page.on('response', (response) => {
      if (response.url().includes('/messages?ids=')) loaded.push(response);
    });
    await page.goto(home.postern.launchUrl);
    await page.getByRole('heading', { level: 1 }).waitFor();
  });

  afterAll(async () => {
    expect(browser.complaints()).toEqual([]);
    await browser[Symbol.asyncDispose]();
    await home[Symbol.asyncDispose]();
  });

  const question = (at: number): string => home.seeded.longestTexts[at] ?? '';

  test('opens at its end, with little of it loaded', async () => {
    await goTo(page, `#/c/${home.seeded.longest}`);
    await page.getByText(question(COUNT - 2)).waitFor();
    expect(loaded).toEqual([]);
  });

  test('shows its beginning when the reader goes there, without loading all that is between', async () => {
    await page.getByRole('region', { name: 'Messages' }).focus();
    await page.keyboard.press('Home');
    await page.getByText(question(0), { exact: true }).waitFor();
    const bytes = await Promise.all(loaded.map(async (response) => (await response.body()).length));
    const most = home.seeded.longestTexts.join('').length / 4;
    expect(bytes.length).toBeGreaterThan(0);
    expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThan(most);
  });

  test('goes to a hit of the search in its middle and marks the words', async () => {
    const sought = question(COUNT / 2).replace('.', '');
    await goTo(page, '#/');
    await page.keyboard.press('Control+k');
    await page.keyboard.type(sought);
    const hit = page.getByRole('option').filter({ hasText: 'The longest chat' });
    await hit.first().click();
    const message = page.locator('article[data-look=question]').filter({ hasText: sought });
    await message.waitFor();
    await expect.poll(async () => await isInView(message)).toBe(true);
    expect(await page.evaluate("CSS.highlights.get('sought').size")).toBeGreaterThan(0);
  });

  test('shows its end again after it was left in the middle', async () => {
    await page.getByRole('button', { name: 'Show latest' }).click();
    await page.getByText(question(COUNT - 2)).waitFor();
  });
});

async function isInView(message: ReturnType<Page['locator']>): Promise<boolean> {
  const box = await message.boundingBox();
  return box !== null && box.y >= 0 && box.y + box.height <= 800;
}
