import {
  runPostern,
  skipBecause,
  textReply,
  upPostern,
  whyNoPrograms,
  type FakeReply,
  type PosternUp,
} from '@postern/testing';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PASSPHRASE, sendWhenReady } from '../product/walk-first-run.ts';
import { goTo, pickModel, questionsOf, signedInPage, type SignedInPage } from './signed-in-page.ts';

const why = whyNoPrograms(['chromium']);
const WORDS = Array.from({ length: 80 }, (_, at) => `word${String(at)}`);
const TEXT = WORDS.join(' ');

/** 80 words in about three seconds. */
const paced = (): FakeReply => textReply(TEXT, { deltaDelayMs: 40 });

/** Sends a question in a new chat and waits for the first words of its answer. */
async function startAnswer({ page, upstream }: SignedInPage, question: string): Promise<void> {
  await goTo(page, '#/');
  await pickModel(page, 'gpt-fake-large');
  upstream.next(paced());
  await page.getByLabel('Message', { exact: true }).fill(question);
  await sendWhenReady(page);
  await page.getByText('word3').waitFor();
}

/** The answer on the page, once it has ended. */
async function finishedAnswer(page: Page): Promise<string> {
  await page.locator('[data-look=answer] .message-actions').waitFor({ state: 'attached' });
  return (await page.locator('[data-look=answer] .md').allTextContents()).join('').trim();
}

async function signInAgain(product: SignedInPage, page: Page, fragment: string): Promise<void> {
  const { environment } = product;
  const opened = await runPostern(['open'], { environment, passphrase: PASSPHRASE });
  await page.goto(opened.stdout.trim());
  await page.getByLabel('Message', { exact: true }).waitFor();
  await page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);
}

const hashOf = async (page: Page): Promise<string> => await page.evaluate('location.hash');

describe.skipIf(skipBecause('running answers in Chromium', why))('an answer goes on', () => {
  let product: SignedInPage;
  let page: Page;

  beforeAll(async () => {
    product = await signedInPage({ reducedMotion: true });
    ({ page } = product);
  });

  afterAll(async () => {
    await product[Symbol.asyncDispose]();
  });

  test('when its page is reloaded, twice', async () => {
    await startAnswer(product, 'reloaded');
    await page.reload();
    await page.getByText('word20').waitFor();
    await page.reload();
    expect(await finishedAnswer(page)).toBe(TEXT);
    expect(await page.getByText('Stopped.').count()).toBe(0);
    expect(product.browser.complaints()).toEqual([]);
  });

  test('while another chat is shown', async () => {
    await startAnswer(product, 'left');
    const hash = await hashOf(page);
    await goTo(page, '#/');
    await goTo(page, hash);
    await page.getByRole('button', { name: 'Stop (Esc)' }).waitFor();
    expect(await finishedAnswer(page)).toBe(TEXT);
  });

  test('when its page is closed, and another page gets all of it', async () => {
    const first = await product.browser.context.newPage();
    await signInAgain(product, first, '#/');
    await startAnswer({ ...product, page: first }, 'closed');
    const hash = await hashOf(first);
    await first.close();
    const second = await product.browser.context.newPage();
    await signInAgain(product, second, hash);
    expect(await finishedAnswer(second)).toBe(TEXT);
    await second.close();
  });

  test('on two pages at once, either of which can stop it', async () => {
    const second = await product.browser.context.newPage();
    await signInAgain(product, second, '#/');
    await startAnswer(product, 'on two pages');
    await second.evaluate(`location.hash = ${JSON.stringify(await hashOf(page))}`);
    await second.getByText('word10').waitFor();
    await second.getByRole('button', { name: 'Stop (Esc)' }).click();
    await second.getByText('Stopped.').waitFor();
    await page.getByText('Stopped.').waitFor();
    expect(await questionsOf(product).at(-1)?.closed).toBe('left');
    const text = await finishedAnswer(page);
    expect(TEXT.startsWith(text)).toBe(true);
    expect(await finishedAnswer(second)).toBe(text);
    await second.close();
  });
});

describe.skipIf(skipBecause('killed answers in Chromium', why))('after kill -9', () => {
  test('an answer has all but its last half second, is marked, and can be continued', async () => {
    await using product = await signedInPage({ reducedMotion: true });
    const { page, postern, environment } = product;
    await startAnswer(product, 'killed');
    await page.getByText('word30').waitFor();
    const hash = await hashOf(page);
    await postern.stop('SIGKILL');
    const port = Number(new URL(postern.pageAddress).port);
    await using again: PosternUp = await upPostern({ environment, passphrase: PASSPHRASE, port });
    await page.goto('about:blank');
    await page.goto(again.launchUrl);
    await page.getByLabel('Message', { exact: true }).waitFor();
    await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
    await page.getByText('The answer is incomplete.').waitFor();
    const kept = await finishedAnswer(page);
    expect(TEXT.startsWith(kept)).toBe(true);
    // Word 30 was on the page. A word comes every 40 ms, so at most 13 of the last half second are missing.
    expect(kept.split(' ').length).toBeGreaterThan(30 - 13);
    product.upstream.next(textReply(`${kept} and the rest.`));
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('and the rest.').waitFor();
    expect(await finishedAnswer(page)).toBe(`${kept} and the rest.`);
    expect(await page.getByText('1/2').count()).toBe(0);
    product.upstream.next(textReply('Complete now.'));
    await page.getByRole('button', { name: 'Regenerate' }).click();
    await page.getByText('Complete now.').waitFor();
    await page.getByText('2/2').waitFor();
  });
});
