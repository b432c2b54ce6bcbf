import { skipBecause, textReply, whyNoPrograms } from '@postern/testing';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../product/walk-first-run.ts';
import { goTo, pickModel, signedInPage, type SignedInPage } from './signed-in-page.ts';

const paragraphs = (name: string, count: number): string =>
  Array.from({ length: count }, (_, at) => `${name} ${String(at)}.`).join('\n\n');

interface View {
  readonly top: number;
  /** Of the last question, from the top of the view. */
  readonly question: number;
  readonly room: number;
}

async function viewOf(page: Page): Promise<View> {
  return await page.evaluate<View>(`(() => {
    const box = document.querySelector('.messages');
    const question = [...box.querySelectorAll('[data-look=question]')].at(-1);
    return {
      top: box.scrollTop,
      question: question.getBoundingClientRect().top - box.getBoundingClientRect().top,
      room: box.lastElementChild.offsetHeight,
    };
  })()`);
}

const why = whyNoPrograms(['chromium']);

describe.skipIf(skipBecause('streamed answers in Chromium', why))('a streamed answer', () => {
  let product: SignedInPage;
  let page: Page;

  beforeAll(async () => {
    product = await signedInPage({ reducedMotion: true });
    ({ page } = product);
  });

  afterAll(async () => {
    expect(product.browser.complaints()).toEqual([]);
    await product[Symbol.asyncDispose]();
  });

  /** Sends a question without waiting for its answer. */
  const send = async (text: string): Promise<void> => {
    await page.getByLabel('Message', { exact: true }).fill(text);
    await page.keyboard.press('Enter');
  };
  const shown = (paragraph: string) => page.getByText(`${paragraph}.`, { exact: true });

  test('grows below its question, which stays at the top of the view', async () => {
    await goTo(page, '#/');
    await pickModel(page, 'gpt-fake-large');
    product.upstream.next(textReply(paragraphs('One', 60)));
    await ask(page, 'The first question');
    product.upstream.next(textReply(paragraphs('Two', 80), { deltaDelayMs: 6 }));
    await send('The second question');
    await shown('Two 2').waitFor();
    const early = await viewOf(page);
    expect(early.question).toBeGreaterThanOrEqual(0);
    expect(early.question).toBeLessThan(30);
    expect(early.room).toBeGreaterThan(50);
    await shown('Two 79').waitFor();
    const late = await viewOf(page);
    expect(late.question).toBe(early.question);
    expect(late.room).toBe(0);
    await page.getByRole('button', { name: 'Show latest' }).click();
    await expect.poll(async () => (await viewOf(page)).question).toBeLessThan(-500);
  });

  test('never moves what a reader scrolls to, and is followed again from its end', async () => {
    product.upstream.next(textReply(paragraphs('Three', 150), { deltaDelayMs: 6 }));
    await send('The third question');
    await shown('Three 40').waitFor();
    await page.locator('.messages').hover();
    await page.mouse.wheel(0, -300);
    await expect.poll(async () => (await viewOf(page)).question).toBeGreaterThan(200);
    const { top } = await viewOf(page);
    await shown('Three 70').waitFor();
    expect((await viewOf(page)).top).toBe(top);
    // A reader who goes to the end sees it from then on.
    await page.mouse.wheel(0, 100_000);
    await shown('Three 149').waitFor();
    await expect.poll(async () => await shown('Three 149').isVisible()).toBe(true);
    const following = async (): Promise<boolean> => {
      // The end may have moved on before the page has scrolled to it.
      await page.mouse.wheel(0, 100_000);
      return (await page.getByRole('button', { name: 'Show latest' }).count()) === 0;
    };
    await expect.poll(following).toBe(true);
  });

  test('has a caret while it is written, which is gone at its end', async () => {
    const caret = async (): Promise<unknown> =>
      await page.evaluate(`(() => {
        const last = [...document.querySelectorAll('.md')].at(-1)?.lastElementChild;
        return last && getComputedStyle(last, '::after').content;
      })()`);
    product.upstream.next(textReply(paragraphs('Four', 40), { deltaDelayMs: 10 }));
    await send('The fourth question');
    await shown('Four 3').waitFor();
    await expect.poll(caret).toBe('""');
    await shown('Four 39').waitFor();
    await expect.poll(caret).toBe('none');
  });

  test('shows its numbers, which the chat adds up', async () => {
    await goTo(page, '#/');
    await pickModel(page, 'gpt-fake-large');
    for (const outputTokens of [400, 600]) {
      const text = paragraphs('Five', 30);
      const parts = [{ kind: 'text', text }] as const;
      const tokens = { inputTokens: 1000, outputTokens };
      product.upstream.next({ kind: 'answer', parts, ...tokens, deltaDelayMs: 5 });
      await ask(page, 'How many?');
    }
    const numbers = page.locator('.usage').last();
    await expect
      .poll(async () => await numbers.textContent())
      .toMatch(/^1,000 in · 600 out tokens · [\d,.]+ tokens\/s · first after [\d.]+ s$/);
    const meter = page.locator('.chat-meter');
    await meter.locator('summary').click();
    expect(await meter.innerText()).toContain('1,600 tokens');
    expect(await meter.innerText()).toContain('3,000 tokens');
    expect(await meter.innerText()).toContain('Answers whose price isn’t known: 2');
    await page.keyboard.press('Escape');
  });

  test('says how long the model thought, also after a reload', async () => {
    await goTo(page, '#/');
    await pickModel(page, 'claude-fake-large');
    product.upstream.next({
      kind: 'answer',
      parts: [
        { kind: 'thinking', text: 'word '.repeat(60), signature: 'c2ln' },
        { kind: 'text', text: 'Done.' },
      ],
      deltaDelayMs: 25,
    });
    await ask(page, 'Think about it.');
    const thought = page.locator('.thinking summary', { hasText: /^Thought for [1-3] s$/ });
    await thought.waitFor();
    await page.reload();
    await thought.waitFor();
  });
});
