import { readFileSync } from 'node:fs';
import { runPostern, skipBecause, textReply, upPostern, whyNoPrograms } from '@postern/testing';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, PASSPHRASE, sendWhenReady } from '../../product/walk-first-run.ts';
import { picture } from '../page-files.ts';
import { goTo, pickModel, signedInPage, type SignedInPage } from '../signed-in-page.ts';
import { shoot } from './screenshots.ts';

const why = whyNoPrograms(['chromium']);
const LONG = Array.from({ length: 200 }, (_, at) => `word${String(at)}`).join(' ');

/** What Chromium reports while Postern restarts. */
const WHILE_STOPPED = 'net::ERR_CONNECTION_REFUSED';

/** How a person presses buttons and opens the menu of a chat. */
interface Way {
  readonly name: string;
  readonly press: (target: Locator) => Promise<void>;
  readonly openMenu: (target: Locator) => Promise<void>;
  readonly stop: (page: Page) => Promise<void>;
}

const WAYS: readonly Way[] = [
  {
    name: 'by keyboard',
    press: async (target) => {
      await target.press('Enter');
    },
    openMenu: async (target) => {
      await target.press('Shift+F10');
    },
    stop: async (page) => {
      await page.keyboard.press('Escape');
    },
  },
  {
    name: 'by mouse',
    press: async (target) => {
      await target.click();
    },
    openMenu: async (target) => {
      await target.click({ button: 'right' });
    },
    stop: async (page) => {
      await page.getByRole('button', { name: 'Stop (Esc)' }).click();
    },
  },
];

describe.skipIf(skipBecause('journeys in Chromium', why))('a person', () => {
  let product: SignedInPage;
  let page: Page;

  beforeAll(async () => {
    product = await signedInPage({ reducedMotion: true });
    ({ page } = product);
  });

  afterAll(async () => {
    const found = product.browser
      .complaints()
      .filter(({ kind, text }) => kind !== 'download' && !text.endsWith(WHILE_STOPPED));
    await product[Symbol.asyncDispose]();
    expect(found).toEqual([]);
  });

  const button = (name: string): Locator => page.getByRole('button', { name, exact: true }).last();

  async function choose(way: Way, item: string): Promise<void> {
    await way.press(page.getByRole('menuitem', { name: item, exact: true }));
  }

  test.each(WAYS)('asks, stops, regenerates, edits and goes back, $name', async (way) => {
    const { upstream } = product;
    await goTo(page, '#/');
    await shoot(page, `${way.name}, an empty chat`);
    await pickModel(page, 'gpt-fake-large');
    upstream.next(textReply(LONG, { deltaDelayMs: 20 }));
    await page.getByLabel('Message', { exact: true }).fill(`What is a wall ${way.name}?`);
    await sendWhenReady(page);
    await page.getByText('word5', { exact: false }).first().waitFor();
    await way.stop(page);
    await page.getByText('Stopped.').waitFor();
    await shoot(page, `${way.name}, a stopped answer`);
    upstream.next(textReply('A wall is **made of stones**.'));
    await way.press(button('Regenerate'));
    await page.getByText('made of stones').waitFor();
    await page.getByText('2/2').waitFor();
    await way.press(page.getByRole('button', { name: 'Edit', exact: true }).first());
    await page.getByLabel('Edit message').fill(`What is a gate ${way.name}?`);
    upstream.next(textReply('A gate is a door in a wall.'));
    await way.press(button('Save and run'));
    await page.getByText('A gate is a door in a wall.').waitFor();
    await shoot(page, `${way.name}, an edited question`);
    await way.press(page.getByRole('button', { name: 'Previous version' }).first());
    await page.getByText('made of stones').waitFor();
  });

  test.each(WAYS)('organises a chat, finds and exports it, $name', async (way) => {
    const { upstream } = product;
    const title = `Stones ${way.name}`;
    await goTo(page, '#/');
    await pickModel(page, 'gpt-fake-large');
    upstream.next(textReply('Granite, limestone and slate.'));
    await ask(page, title);
    const row = page.getByRole('link', { name: title, exact: true });
    await row.waitFor();
    await way.openMenu(row);
    await choose(way, 'Move to folder…');
    await page.getByLabel('Find or create a folder').fill(`Work ${way.name}`);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: `Work ${way.name}`, exact: true }).waitFor();
    await way.press(page.getByRole('button', { name: `Work ${way.name}`, exact: true }));
    await way.openMenu(row);
    await choose(way, 'Tags…');
    await page.getByLabel('Find or create a tag').fill('masonry');
    await page.keyboard.press('Enter');
    await page.getByRole('option', { name: 'masonry' }).locator('.label-check').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await goTo(page, '#/');
    await page.keyboard.press('Control+k');
    await page.getByLabel('Search titles and messages').fill(`tag:masonry ${title}`);
    const hit = page.getByRole('option').filter({ hasText: title }).first();
    await hit.waitFor();
    await shoot(page, `${way.name}, a search`);
    if (way.name === 'by mouse') await hit.click();
    else await page.keyboard.press('Enter');
    await page.getByText('Granite, limestone').waitFor();
    await way.press(button('Export…'));
    await page.getByRole('radio', { name: /Markdown/ }).check();
    await shoot(page, `${way.name}, an export`);
    const download = page.waitForEvent('download');
    await way.press(button('Export'));
    const text = readFileSync(await (await download).path(), 'utf8');
    expect(text).toContain('Granite, limestone and slate.');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  test.each(WAYS)('attaches a picture, looks at it, and asks, $name', async (way) => {
    const { upstream } = product;
    await goTo(page, '#/');
    await pickModel(page, 'claude fake large');
    const chooser = page.waitForEvent('filechooser');
    await way.press(button('Attach files'));
    await (await chooser).setFiles([picture('wall.png')]);
    await page.locator('.file-chip[data-at=stored], .file-chip').first().waitFor();
    upstream.next(textReply('A picture with colours.'));
    await ask(page, `What is this ${way.name}?`);
    await way.press(button('Open wall.png'));
    await page.getByRole('dialog', { name: 'wall.png' }).waitFor();
    await shoot(page, `${way.name}, a picture`);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  test.each(WAYS)('writes a private chat and keeps it, $name', async (way) => {
    const { upstream } = product;
    await goTo(page, '#/');
    await way.press(button('New private chat'));
    await page.getByRole('heading', { name: 'Private chat' }).waitFor();
    await pickModel(page, 'gpt-fake-large');
    upstream.next(textReply('It stays between us.'));
    await ask(page, `A secret ${way.name}`);
    await shoot(page, `${way.name}, a private chat`);
    expect(
      await page.getByRole('link', { name: `A secret ${way.name}`, exact: true }).count(),
    ).toBe(0);
    await way.press(button('Keep this chat'));
    await way.press(button('Keep chat'));
    await page.getByText('The chat is kept.').first().waitFor();
    await page.getByRole('link', { name: `A secret ${way.name}`, exact: true }).waitFor();
  });

  test('goes on after a planned restart, without a lost word', async () => {
    const { upstream, postern, environment } = product;
    await goTo(page, '#/');
    await pickModel(page, 'gpt-fake-large');
    upstream.next(textReply(LONG, { deltaDelayMs: 20 }));
    await page.getByLabel('Message', { exact: true }).fill('Before the restart');
    await sendWhenReady(page);
    await page.getByText('word30').waitFor();
    const hash = await page.evaluate<string>('location.hash');
    const port = Number(new URL(postern.pageAddress).port);
    await postern.stop('SIGTERM');
    await page.getByText('Postern isn’t running', { exact: false }).first().waitFor();
    await shoot(page, 'a stopped Postern');
    await using again = await upPostern({ environment, passphrase: PASSPHRASE, port });
    const opened = await runPostern(['open'], { environment, passphrase: PASSPHRASE });
    expect(again.pageAddress).toBe(postern.pageAddress);
    await page.goto('about:blank');
    await page.goto(opened.stdout.trim());
    await page.getByLabel('Message', { exact: true }).waitFor();
    await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
    await page.locator('[data-look=answer] .message-actions').waitFor({ state: 'attached' });
    await page.getByText('The answer is incomplete.').waitFor();
    const kept = ((await page.locator('[data-look=answer] .md').textContent()) ?? '').trim();
    expect(LONG.startsWith(kept)).toBe(true);
    expect(kept).toContain('word20');
    await shoot(page, 'an answer after a restart');
    upstream.next(textReply(`${kept} and the rest.`));
    await button('Continue').click();
    await page.getByText('and the rest.').waitFor();
  });
});
