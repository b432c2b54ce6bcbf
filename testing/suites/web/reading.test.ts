import { skipBecause, textReply, whyNoPrograms } from '@postern/testing';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../product/walk-first-run.ts';
import { goTo, pickModel, signedInPage, type SignedInPage } from './signed-in-page.ts';

const COLUMNS = Array.from({ length: 9 }, (_, at) => `column${String(at)}ofthetable`);
const WIDE = `A paragraph.

| ${COLUMNS.join(' | ')} |
|${COLUMNS.map(() => '---').join('|')}|
| ${COLUMNS.join(' | ')} |

\`\`\`ts
${'const x = 1; '.repeat(40)}
\`\`\`

- مرحبا بكم
`;

interface Edges {
  readonly left: number;
  readonly right: number;
}

/** The horizontal edges of the first match, in pixels. */
async function edgesOf(page: Page, selector: string): Promise<Edges> {
  return await page.evaluate<Edges>(`(() => {
    const { left, right } = document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect();
    return { left, right };
  })()`);
}

const why = whyNoPrograms(['chromium']);

describe.skipIf(skipBecause('reading in Chromium', why))('reading a chat', () => {
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

  const askForAnswer = async (question: string, answer: string): Promise<void> => {
    await goTo(page, '#/');
    await pickModel(page, 'gpt-fake-large');
    product.upstream.next(textReply(answer));
    await ask(page, question);
  };

  test('shows the line breaks and the indentation of a question', async () => {
    await askForAnswer('one\n    two\n\nthree', 'Yes.');
    expect(await page.locator('[data-look=question] .bubble').innerText()).toBe(
      'one\n    two\n\nthree',
    );
  });

  test('a search hit marks its words in the message, and shows a long question whole', async () => {
    const long = `${'filler line\n'.repeat(60)}The walrus sleeps. Walruses too.`;
    await askForAnswer(long, `${'Another paragraph.\n\n'.repeat(80)}A **walrus** again.`);
    const marked = async (): Promise<unknown> =>
      await page.evaluate(
        `[...(CSS.highlights.get('sought') ?? [])].map((range) => range.toString())`,
      );
    const isInView = async (): Promise<unknown> =>
      await page.evaluate(`(() => {
        const [range] = CSS.highlights.get('sought');
        const { top, bottom } = range.getBoundingClientRect();
        return top > 0 && bottom < innerHeight;
      })()`);
    const rows = [['walrus'], ['walrus', 'Walruses']];
    for (const [row, words] of rows.entries()) {
      await goTo(page, '#/');
      await page.keyboard.press('Control+k');
      await page.getByLabel('Search titles and messages').fill('walrus');
      await page.locator('mark').first().waitFor();
      await page.getByRole('group', { name: 'Messages' }).getByRole('option').nth(row).click();
      await expect.poll(marked).toEqual(words);
      await expect.poll(isInView).toBe(true);
    }
    await goTo(page, '#/');
    await expect.poll(marked).toEqual([]);
  });

  test('a chat that is opened again shows what the reader left', async () => {
    const answer = Array.from({ length: 90 }, (_, at) => `Paragraph ${String(at)}.`).join('\n\n');
    await askForAnswer('A long answer', answer);
    const chat = await page.evaluate<string>('location.hash');
    const isInView = async (text: string): Promise<boolean> =>
      await page.evaluate<boolean>(`[...document.querySelectorAll('.md p')].some((each) => {
        const { top, bottom } = each.getBoundingClientRect();
        return each.textContent === ${JSON.stringify(text)} && top > 0 && bottom < innerHeight;
      })`);
    // The question is at the top of the view, so a long answer ends below it.
    await page.getByRole('button', { name: 'Show latest' }).click();
    await expect.poll(async () => await isInView('Paragraph 89.')).toBe(true);
    await page.getByText('Paragraph 40.').scrollIntoViewIfNeeded();
    await expect.poll(async () => await isInView('Paragraph 89.')).toBe(false);
    expect(await isInView('Paragraph 40.')).toBe(true);
    await goTo(page, '#/');
    await goTo(page, chat);
    await expect.poll(async () => await isInView('Paragraph 40.')).toBe(true);
    expect(await isInView('Paragraph 89.')).toBe(false);
    // A reader at the end stays there.
    await page.getByRole('button', { name: 'Show latest' }).click();
    await expect.poll(async () => await isInView('Paragraph 89.')).toBe(true);
    await goTo(page, '#/');
    await goTo(page, chat);
    await expect.poll(async () => await isInView('Paragraph 89.')).toBe(true);
  });

  test('a long model name leaves room for Send at 360 px', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await goTo(page, '#/');
    await page.evaluate(
      `document.querySelector('.model-button-name').textContent = 'a-very-long-model-name-'.repeat(5)`,
    );
    const send = await edgesOf(page, '.composer .send');
    expect(send.right - send.left).toBe(36);
    expect(send.right).toBeLessThan(350);
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  test('forced colours show what is selected', async () => {
    await askForAnswer('Something', 'Yes.');
    await page.emulateMedia({ forcedColors: 'active' });
    const outlineOf = async (selector: string): Promise<unknown> =>
      await page.evaluate(
        `getComputedStyle(document.querySelector(${JSON.stringify(selector)})).outlineStyle`,
      );
    expect(await outlineOf('.row[data-active=true]')).toBe('solid');
    await page.keyboard.press('Control+k');
    await page.locator('.search-row').first().waitFor();
    expect(await outlineOf('.search-row[aria-selected=true]')).toBe('solid');
    expect(await outlineOf('.search-row[aria-selected=false]')).toBe('none');
    await page.keyboard.press('Escape');
    await page.locator('.model-button').click();
    await page.locator('.picker-row').first().waitFor();
    expect(await outlineOf('.picker-row[aria-selected=true]')).toBe('solid');
    await page.keyboard.press('Escape');
    await page.evaluate(`location.hash = '#/settings/appearance'`);
    await page.locator('.settings-section').waitFor();
    expect(await outlineOf('input:checked + label')).toBe('solid');
    await page.emulateMedia({ forcedColors: 'none' });
  });

  test.each([1280, 360])('wide tables and code fit at %i px', async (width) => {
    await page.setViewportSize({ width, height: 800 });
    await askForAnswer('Show a table', WIDE);
    const answer = '[data-look=answer] .md';
    const text = await edgesOf(page, `${answer} > p`);
    const table = await edgesOf(page, `${answer} > .md-table`);
    const code = await edgesOf(page, `${answer} > .code`);
    const view = await edgesOf(page, '.messages');
    expect(table.left).toBeGreaterThan(view.left);
    expect(table.right).toBeLessThan(view.right);
    expect(code.left).toBe(text.left);
    expect(code.right).toBeLessThan(view.right);
    if (width === 1280) {
      expect(table.right - table.left).toBeGreaterThan(text.right - text.left + 100);
      expect(code.right).toBeGreaterThan(text.right + 50);
    }
    expect(
      await page.evaluate(`(() => {
        const box = document.querySelector('.messages');
        return box.scrollWidth <= box.clientWidth;
      })()`),
    ).toBe(true);
    // The marker of an Arabic item is at its right.
    const item = await edgesOf(page, `${answer} li`);
    expect(item.left).toBe(text.left);
    expect(item.right).toBeLessThan(text.right - 10);
    await page.setViewportSize({ width: 1280, height: 800 });
  });
});
