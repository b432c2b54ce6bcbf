import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  leakCanary,
  runPostern,
  skipBecause,
  textReply,
  whyNoPrograms,
  type RecordedRequest,
} from '@postern/testing';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ask, PASSPHRASE, sendWhenReady } from '../product/walk-first-run.ts';
import { goTo, pickModel, questionsOf, signedInPage, type SignedInPage } from './signed-in-page.ts';

const why = whyNoPrograms(['chromium']);
const WORDS = Array.from({ length: 60 }, (_, at) => `word${String(at)}`).join(' ');

const field = (page: Page): ReturnType<Page['getByLabel']> =>
  page.getByLabel('Message', { exact: true });

const messagesOf = async (page: Page): Promise<readonly string[]> =>
  (await page.locator('.bubble, [data-look=answer] .md').allTextContents()).map((text) =>
    text.trim(),
  );

/** Begins a private chat by keyboard. */
async function beginPrivate(page: Page): Promise<void> {
  await page.keyboard.press('Control+Alt+p');
  await page.getByRole('heading', { name: 'Private chat' }).waitFor();
  await pickModel(page, 'gpt-fake-large');
}

/** Everything that a page can store in its browser. */
const STORED = `(async () => {
  const databases = await indexedDB.databases();
  const caches = await window.caches.keys();
  return JSON.stringify([
    { ...localStorage }, { ...sessionStorage }, databases, caches,
    location.href, document.cookie, history.state, document.title,
  ]);
})()`;

describe.skipIf(skipBecause('private chats in Chromium', why))('a private chat', () => {
  let product: SignedInPage;
  let page: Page;

  beforeAll(async () => {
    product = await signedInPage({ reducedMotion: true });
    ({ page } = product);
  });

  afterAll(async () => {
    await product[Symbol.asyncDispose]();
  });

  beforeEach(async () => {
    product.upstream.reset();
    await goTo(page, '#/');
  });

  const complaints = (): readonly string[] =>
    product.browser.complaints().map(({ kind, text }) => `${kind} ${text}`);

  const lastQuestion = (): RecordedRequest | undefined => questionsOf(product).at(-1);

  /** Whether the browser has written its entries up to this address, with the texts of their forms. */
  const hasStoredAddress = (address: string): boolean => {
    const sessions = join(product.profile, 'Default', 'Sessions');
    return readdirSync(sessions).some((name) =>
      readFileSync(join(sessions, name)).includes(address),
    );
  };

  const close = async (): Promise<void> => {
    await page.getByRole('button', { name: 'Close private chat' }).press('Enter');
    await page.getByRole('button', { name: 'Close chat' }).press('Enter');
    await page.getByText('The private chat is closed.').first().waitFor();
    await page.locator('.private-list').waitFor({ state: 'detached' });
  };

  test('is stored neither by the page nor by the browser', async () => {
    const canary = leakCanary();
    const question = canary.plant('question', (mark) => `What is ${mark}?`);
    const answer = canary.plant('answer', (mark) => `It is ${mark}.`);
    const draft = canary.plant('draft', (mark) => `And what is ${mark}?`);
    await beginPrivate(page);
    product.upstream.next(textReply(answer));
    await ask(page, question);
    await field(page).fill(draft);
    await page.getByText('Stored nowhere').waitFor();
    canary.searchBytes('what the page stored', await page.evaluate<string>(STORED));
    // Leaving the chat and coming back keeps its draft on the page.
    await page.keyboard.press('Control+Alt+n');
    await page.getByRole('link', { name: /^Private chat/ }).press('Enter');
    await expect.poll(async () => await field(page).inputValue()).toBe(draft);
    expect(await messagesOf(page)).toEqual([question, answer]);
    canary.searchBytes('what the page stored', await page.evaluate<string>(STORED));
    await page.getByRole('button', { name: 'Edit' }).first().press('Enter');
    await page.getByLabel('Edit message').fill(draft);
    await goTo(page, '#/');
    await page.evaluate("location.hash = '#/settings/trash'");
    await expect.poll(() => hasStoredAddress('settings/trash')).toBe(true);
    canary.searchFiles(product.profile);
    canary.searchFiles(product.home);
    await page.getByRole('link', { name: /^Private chat/ }).press('Enter');
    await close();
    canary.expectNone();
    expect(complaints()).toEqual([]);
  });

  test('edits, retries and stops like any other, and isn’t in the list of chats', async () => {
    await beginPrivate(page);
    product.upstream.next(textReply('One.'));
    await ask(page, 'first question');
    product.upstream.next(textReply('Two.'));
    await page
      .getByRole('button', { name: /Retry|Regenerate/ })
      .last()
      .press('Enter');
    await page.getByText('2/2').waitFor();
    product.upstream.next(textReply(WORDS, { fault: { kind: 'stall', afterFrames: 10 } }));
    await field(page).fill('second question');
    await sendWhenReady(page);
    await page.getByText('word3').waitFor();
    await page.keyboard.press('Escape');
    expect(await lastQuestion()?.closed).toBe('left');
    await page.getByRole('button', { name: 'Send' }).waitFor();
    expect(
      await page
        .locator('.conversations')
        .getByText(/question|Private/)
        .count(),
    ).toBe(0);
    await close();
    expect(complaints()).toEqual([]);
  });

  test('becomes a stored chat when it is kept', async () => {
    await beginPrivate(page);
    product.upstream.next(textReply('Because of the air.'));
    await ask(page, 'Why is the sky blue?');
    await page.getByRole('button', { name: 'Keep this chat' }).press('Enter');
    await page.getByRole('button', { name: 'Keep chat' }).press('Enter');
    await page.getByRole('heading', { name: 'Why is the sky blue?' }).waitFor();
    await page.locator('.conversations').getByText('Why is the sky blue?').waitFor();
    const signs = page.locator('.private-list, .composer-private');
    await expect.poll(async () => await signs.count()).toBe(0);
    await page.reload();
    await page.getByText('Because of the air.').waitFor();
    product.upstream.next(textReply('It scatters.'));
    await ask(page, 'How?');
    expect(await messagesOf(page)).toHaveLength(4);
    expect(complaints()).toEqual([]);
  });

  test('asks before a reload, which ends its answer and the chat', async () => {
    const second = await product.browser.context.newPage();
    const { environment } = product;
    const opened = await runPostern(['open'], { environment, passphrase: PASSPHRASE });
    const questions: string[] = [];
    // Each listener of the session dismisses dialogs, so this one is a page of its own without them.
    second.removeAllListeners('dialog');
    second.on('dialog', (dialog) => {
      questions.push(dialog.type());
      void (questions.length === 1 ? dialog.dismiss() : dialog.accept());
    });
    await second.goto(opened.stdout.trim());
    await field(second).waitFor();
    await beginPrivate(second);
    product.upstream.next(textReply(WORDS, { fault: { kind: 'stall', afterFrames: 10 } }));
    await field(second).fill('a question');
    await sendWhenReady(second);
    await second.getByText('word3').waitFor();
    await second.evaluate('setTimeout(() => location.reload())');
    await expect.poll(() => questions).toEqual(['beforeunload']);
    await second.getByText('word3').waitFor();
    await second.reload();
    expect(questions).toEqual(['beforeunload', 'beforeunload']);
    expect(await lastQuestion()?.closed).toBe('left');
    await second.getByText(/private chat is gone when its page was closed/).waitFor();
    expect(await second.locator('.private-list').count()).toBe(0);
    await second.close();
  });
});
