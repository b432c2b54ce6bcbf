import { runPostern, skipBecause, textReply, whyNoPrograms } from '@postern/testing';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ask, PASSPHRASE, sendWhenReady } from '../product/walk-first-run.ts';
import { goTo, pickModel, signedInPage, type SignedInPage } from './signed-in-page.ts';

const why = whyNoPrograms(['chromium']);
const WORDS = Array.from({ length: 60 }, (_, at) => `word${String(at)}`).join(' ');

async function secondPage(
  { browser, environment }: SignedInPage,
  prepare: (page: Page) => Promise<void> = () => Promise.resolve(),
): Promise<Page> {
  const page = await browser.context.newPage();
  await prepare(page);
  const opened = await runPostern(['open'], { environment, passphrase: PASSPHRASE });
  await page.goto(opened.stdout.trim());
  await page.getByLabel('Message', { exact: true }).waitFor();
  return page;
}

const field = (page: Page): ReturnType<Page['getByLabel']> =>
  page.getByLabel('Message', { exact: true });

/** The texts of all messages that a page shows. */
async function messagesOf(page: Page): Promise<string> {
  return (await page.locator('.bubble, [data-look=answer] .md').allTextContents())
    .map((text) => text.trim())
    .join('|');
}

describe.skipIf(skipBecause('two pages in Chromium', why))('two pages of a browser', () => {
  let product: SignedInPage;
  let first: Page;
  let second: Page;

  beforeAll(async () => {
    product = await signedInPage({ reducedMotion: true });
    first = product.page;
    second = await secondPage(product);
  });

  afterAll(async () => {
    expect(product.browser.complaints()).toEqual([]);
    await product[Symbol.asyncDispose]();
  });

  beforeEach(async () => {
    product.upstream.reset();
    await goTo(first, '#/');
    await goTo(second, '#/');
  });

  /** Asks a question in a new chat on the first page, and opens the chat on the second one. */
  async function sharedChat(question: string): Promise<void> {
    await pickModel(first, 'gpt-fake-large');
    product.upstream.next(textReply(`Answer to ${question}.`));
    await ask(first, question);
    await second.getByRole('link', { name: question }).click();
    await second.getByText(`Answer to ${question}.`).waitFor();
  }

  test('show the same chats, titles and deletions', async () => {
    await sharedChat('alpha');
    await second.getByRole('link', { name: 'alpha' }).focus();
    await second.keyboard.press('F2');
    await second.keyboard.type('beta');
    await second.keyboard.press('Enter');
    const renamed = first.getByRole('link', { name: 'beta' });
    await renamed.waitFor();
    await first.getByRole('heading', { name: 'beta' }).waitFor();
    await goTo(second, '#/');
    await renamed.focus();
    await first.keyboard.press('Delete');
    await second.getByRole('link', { name: 'beta' }).waitFor({ state: 'detached' });
    await first.getByRole('button', { name: 'Undo' }).press('Enter');
    await second.getByRole('link', { name: 'beta' }).waitFor();
    // Undo also opens the chat again where it was deleted.
    await first.getByRole('heading', { name: 'beta' }).waitFor();
  });

  test('show the turns of each other while they run, and continue each other', async () => {
    await sharedChat('gamma');
    product.upstream.next(textReply(WORDS, { deltaDelayMs: 200 }));
    await field(second).fill('more of gamma');
    await sendWhenReady(second);
    await first.getByText('more of gamma').waitFor();
    await Promise.all([
      first.getByText('word3').waitFor(),
      first.getByRole('button', { name: 'Stop (Esc)' }).waitFor(),
    ]);
    await first.locator('[data-look=answer] .message-actions').nth(1).waitFor();
    await second.locator('[data-look=answer] .message-actions').nth(1).waitFor();
    expect(await messagesOf(first)).toBe(`gamma|Answer to gamma.|more of gamma|${WORDS}`);
    product.upstream.next(textReply('The end.'));
    await ask(first, 'and then');
    await second.getByText('The end.').waitFor();
    expect(await messagesOf(second)).toBe(await messagesOf(first));
    expect(await second.getByText('1/2').count()).toBe(0);
  });

  test('share a draft', async () => {
    await sharedChat('delta');
    await field(first).fill('half a thought');
    await expect.poll(async () => await field(second).inputValue()).toBe('half a thought');
    await field(second).fill('');
    await expect.poll(async () => await field(first).inputValue()).toBe('');
  });
});

describe.skipIf(skipBecause('an outdated page in Chromium', why))('an outdated page', () => {
  test('is told that the chat has newer messages, and adds no hidden version', async () => {
    await using product = await signedInPage({ reducedMotion: true });
    const { page, upstream } = product;
    await pickModel(page, 'gpt-fake-large');
    upstream.next(textReply('One.'));
    await ask(page, 'epsilon');
    const outdated = await secondPage(product, async (each) => {
      await each.route('**/api/events', async (route) => {
        await route.abort();
      });
    });
    await outdated.getByRole('link', { name: 'epsilon' }).click();
    await outdated.getByText('One.').waitFor();
    upstream.next(textReply('Two.'));
    await ask(page, 'second question');
    await field(outdated).fill('late question');
    await sendWhenReady(outdated);
    await outdated.getByText(/newer messages/).waitFor();
    await outdated.getByText('Two.').waitFor();
    expect(await field(outdated).inputValue()).toBe('late question');
    expect(await messagesOf(page)).toBe('epsilon|One.|second question|Two.');
    upstream.next(textReply('Three.'));
    await sendWhenReady(outdated);
    await page.getByText('Three.').waitFor();
    expect(await messagesOf(page)).toBe('epsilon|One.|second question|Two.|late question|Three.');
    expect(await page.getByText('1/2').count()).toBe(0);
  });
});
