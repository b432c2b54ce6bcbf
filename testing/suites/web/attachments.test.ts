import { Buffer } from 'node:buffer';
import {
  leakCanary,
  skipBecause,
  textReply,
  whyNoPrograms,
  type RecordedRequest,
} from '@postern/testing';
import type { Locator, Page } from 'playwright-core';
import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sendWhenReady } from '../product/walk-first-run.ts';
import { drag, paste, picture, textFile, type PageFile } from './page-files.ts';
import { goTo, pickModel, questionsOf, signedInPage, type SignedInPage } from './signed-in-page.ts';

const why = whyNoPrograms(['chromium']);
const PDF = textFile('report.pdf', '%PDF-1.7\nnot much', 'application/pdf');

/** The kinds of content that were sent to a model. */
const Sent = v.object({
  messages: v.array(v.object({ content: v.array(v.object({ type: v.string() })) })),
});

const field = (page: Page): Locator => page.getByLabel('Message', { exact: true });
const chips = (page: Page): Locator => page.getByRole('list', { name: 'Attachments' });
const chip = (page: Page, name: string): Locator =>
  chips(page).getByRole('button', { name: `Remove ${name}` });

async function choose(page: Page, ...files: readonly PageFile[]): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Attach files' }).press('Enter');
  await (await chooser).setFiles([...files]);
  for (const { name } of files) await chip(page, name).waitFor();
}

async function send(page: Page): Promise<void> {
  const finished = page.locator('[data-look=answer] .message-actions');
  const before = await finished.count();
  await field(page).focus();
  await sendWhenReady(page);
  await finished.nth(before).waitFor({ state: 'attached' });
}

describe.skipIf(skipBecause('attachments in Chromium', why))('attachments in the page', () => {
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
    product.browser
      .complaints()
      .filter(({ kind }) => kind !== 'download')
      .map(({ kind, text }) => `${kind} ${text}`);

  const lastQuestion = (): RecordedRequest | undefined => questionsOf(product).at(-1);

  /** Whether the first image that the selector finds is shown. */
  const isDecoded = async (selector: string): Promise<boolean> =>
    await page.evaluate<boolean>(`(() => {
      const image = document.querySelector(${JSON.stringify(selector)});
      return image !== null && image.src.startsWith('blob:') &&
        image.complete && image.naturalWidth > 0;
    })()`);

  const SENT = [
    ['gpt-fake-large', ['image_url', 'file', 'text', 'text', 'text']],
    ['claude-fake-large', ['image', 'document', 'document', 'document', 'text']],
  ] as const;

  test.each(SENT)(
    'are pasted, dropped and chosen, stay in the draft, and are sent to %s',
    async (model, kinds) => {
      await pickModel(page, model);
      await field(page).fill('What is this?');
      await paste(page, [picture('shot.png')]);
      await chip(page, 'shot.png').waitFor();
      await drag(page, 'dragover', [PDF]);
      await page.getByText('Drop to attach').waitFor();
      await drag(page, 'drop', [PDF]);
      await page.getByText('Drop to attach').waitFor({ state: 'detached' });
      await chip(page, 'report.pdf').waitFor();
      await choose(page, textFile('a.md', '# A'), textFile('b.csv', '1,2'));
      const names = ['shot.png', 'report.pdf', 'a.md', 'b.csv'];
      expect(await chips(page).locator('.file-name').allTextContents()).toEqual(names);

      await page.reload();
      await expect.poll(() => chips(page).locator('.file-name').allTextContents()).toEqual(names);
      await expect.poll(() => isDecoded('.file-chip img')).toBe(true);

      product.upstream.next(textReply('A picture.'));
      await send(page);
      const { messages } = v.parse(Sent, lastQuestion()?.json);
      expect(messages[0]?.content.map(({ type }) => type)).toEqual(kinds);
      expect(product.upstream.violations).toEqual([]);
      await expect.poll(() => isDecoded('.message-picture')).toBe(true);
      expect(await chips(page).count()).toBe(0);
      await goTo(page, '#/');
      expect(await chips(page).count()).toBe(0);
      expect(complaints()).toEqual([]);
    },
  );

  test('can be the whole message, and open in a dialog that the keyboard controls', async () => {
    await pickModel(page, 'gpt-fake-large');
    await choose(
      page,
      picture('one.png'),
      picture('two.png', 3000, 40),
      textFile('c.txt', 'lines'),
    );
    product.upstream.next(textReply('Two.'));
    await send(page);
    const opener = page.getByRole('button', { name: 'Open one.png' });
    await opener.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await page.getByRole('dialog', { name: 'one.png' }).waitFor();
    await expect.poll(() => isDecoded('dialog img')).toBe(true);
    await page.keyboard.press('ArrowRight');
    await page.getByRole('dialog', { name: 'two.png' }).waitFor();
    await dialog.getByRole('button', { name: 'Actual size' }).press('Enter');
    await dialog.getByRole('region', { name: 'Image' }).focus();
    await page.keyboard.press('ArrowRight');
    await expect
      .poll(() => page.evaluate<number>("document.querySelector('.viewer-image').scrollLeft"))
      .toBeGreaterThan(0);
    await dialog.getByRole('button', { name: 'Fit to window' }).press('Enter');
    await page.keyboard.press('ArrowRight');
    await page.getByRole('dialog', { name: 'c.txt' }).waitFor();
    await dialog.getByText('lines').waitFor();
    const download = page.waitForEvent('download');
    await dialog.getByRole('button', { name: 'Download' }).press('Enter');
    expect((await download).suggestedFilename()).toBe('c.txt');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement.ariaLabel')).toBe('Open one.png');
    expect(complaints()).toEqual([]);
  });

  test('of a private chat are only in memory, before its first message too', async () => {
    const canary = leakCanary();
    const text = canary.plant('private file', (mark) => `secret ${mark}\n`.repeat(500));
    await page.keyboard.press('Control+Alt+p');
    await page.getByRole('heading', { name: 'Private chat' }).waitFor();
    await pickModel(page, 'gpt-fake-large');
    await choose(page, textFile('private.txt', text), picture('private.png'));
    product.upstream.next(textReply('Seen.'));
    await send(page);
    expect(JSON.stringify(lastQuestion()?.json)).toContain(text.split('\n')[0]);
    await expect.poll(() => isDecoded('.message-picture')).toBe(true);
    await choose(page, textFile('more.txt', text));
    canary.searchFiles(product.home);
    canary.searchBytes(
      'the storage of the browser',
      await page.evaluate<string>('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])'),
    );
    canary.expectNone();
    await page.getByRole('button', { name: 'Close private chat' }).press('Enter');
    await page.getByRole('button', { name: 'Close chat' }).press('Enter');
    await page.locator('.private-list').waitFor({ state: 'detached' });
    canary.searchFiles(product.home);
    canary.expectNone();
    expect(complaints()).toEqual([]);
  });

  test('of a model that is known not to read them aren’t sent', async () => {
    await page.route('**/api/models', async (route) => {
      const response = await route.fetch();
      const model = '"id":"gpt-fake-large"';
      const known = `${model},"facts":{"inputModalities":["text"]}`;
      await route.fulfill({ response, body: (await response.text()).replace(model, known) });
    });
    await page.reload();
    await pickModel(page, 'gpt-fake-large');
    await field(page).fill('What is this?');
    await choose(page, picture('shot.png'));
    await page.getByText('gpt-fake-large can’t read images.').waitFor();
    expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
    await field(page).press('Enter');
    await page.getByRole('button', { name: 'Choose another model' }).press('Enter');
    await page.getByLabel('Search models').fill('claude-fake-large');
    await page.keyboard.press('Enter');
    product.upstream.next(textReply('A picture.'));
    await send(page);
    expect(lastQuestion()?.path).toContain('/messages');
    await page.unroute('**/api/models');
  });

  const HOSTILE: readonly PageFile[] = [
    textFile(
      '<img src=x onerror="window.ran=1">.svg',
      '<svg xmlns="http://www.w3.org/2000/svg" onload="window.ran=1"><image href="https://evil.example/a.png"/></svg>',
      'image/svg+xml',
    ),
    textFile(
      'page.html',
      '<script>window.ran=1</script><img src="https://evil.example/b.png">',
      'text/html',
    ),
    {
      name: '\u202egnp.gif',
      mimeType: 'image/gif',
      buffer: Buffer.from('GIF89a/*\x01\x00\x00*/=1;window.ran=1;', 'latin1'),
    },
    textFile('script.pdf', '%PDF-1.7\n<script>window.ran=1</script>', 'application/pdf'),
    textFile(
      '../../etc/`rm -rf`.txt',
      '</div><script>window.ran=1</script>![x](https://evil.example/c.png)',
    ),
  ];

  test('with hostile names and contents run nothing and request nothing', async () => {
    await pickModel(page, 'gpt-fake-large');
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Attach files' }).press('Enter');
    await (await chooser).setFiles([...HOSTILE]);
    await expect.poll(() => chips(page).locator('[data-at=stored]').count()).toBe(HOSTILE.length);
    expect(await chips(page).locator('.file-name').allTextContents()).toEqual(
      [
        'img src=x onerror=window.ran=1.svg',
        'page.html',
        'gnp.gif',
        'script.pdf',
        'etc`rm -rf`.txt',
      ].map((name) => expect.stringContaining(name.slice(-8)) as unknown),
    );
    product.upstream.next(textReply('Harmless.'));
    await send(page);
    const opened = page.locator('.message-files button');
    for (let at = 0; at < HOSTILE.length; at += 1) {
      const button = opened.nth(at);
      if ((await button.getAttribute('aria-haspopup')) === null) continue;
      await button.click();
      const dialog = page.getByRole('dialog');
      await dialog.locator('.viewer-text, .viewer-picture').first().waitFor();
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    }
    expect(await page.evaluate('window.ran')).toBeUndefined();
    expect(complaints()).toEqual([]);
  });

  test('are made of a pasted text of 20,000 lines', async () => {
    await pickModel(page, 'gpt-fake-large');
    const lines = Array.from({ length: 20_000 }, (_, at) => `line ${String(at)} of the log`).join(
      '\n',
    );
    await field(page).fill('See: ');
    await paste(page, [], lines);
    await chip(page, 'Pasted text.txt').waitFor();
    await page.getByRole('button', { name: 'Paste as text' }).press('Enter');
    await expect.poll(() => field(page).inputValue()).toBe(`See: ${lines}`);
    expect(await chips(page).count()).toBe(0);
  });
});
