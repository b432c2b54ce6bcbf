import { skipBecause, whyNoPrograms } from '@postern/testing';
import type { Page } from 'playwright-core';
import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { callApi, signedInPage, type SignedInPage } from './signed-in-page.ts';

const why = whyNoPrograms(['chromium']);
const WithId = v.object({ id: v.string() });
const Chats = v.object({ conversations: v.array(v.object({ id: v.string(), title: v.string() })) });

describe.skipIf(skipBecause('organising chats in Chromium', why))('the list of chats', () => {
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

  beforeEach(async () => {
    // Its chats go back to the list.
    await callApi(page, 'DELETE', '/api/folders?name=Work');
    const places = ['', '?in=pinned', '?in=archive'];
    for (const place of places) {
      const listed = v.parse(Chats, await callApi(page, 'GET', `/api/conversations${place}`));
      const ids = listed.conversations.map(({ id }) => id);
      if (ids.length > 0) await change(ids, { removed: true });
    }
    // The page loads the list once more when its event stream has begun.
    const events = page.waitForResponse((response) => response.url().endsWith('/api/events'));
    await page.reload();
    await events;
    await page.getByText('No chats yet.').waitFor();
  });

  async function change(ids: readonly string[], wanted: object): Promise<void> {
    await callApi(page, 'PATCH', '/api/conversations', { ids, change: wanted });
  }

  /** Creates chats, the first one last, so that it is at the top of the list. */
  async function makeChats(...titles: readonly string[]): Promise<void> {
    for (const title of titles.toReversed()) {
      v.parse(WithId, await callApi(page, 'POST', '/api/conversations', { title }));
    }
    for (const title of titles) await link(title).waitFor();
  }

  const link = (name: string): ReturnType<Page['getByRole']> =>
    page.getByRole('link', { name, exact: true });
  const titlesIn = async (section: string): Promise<readonly string[]> =>
    await page.getByRole('region', { name: section, exact: true }).locator('a').allTextContents();
  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };

  test('is organised by keyboard alone, and every menu gives the focus back', async () => {
    await makeChats('one', 'two', 'three');
    await link('one').focus();
    await press('Shift+F10');
    await page.getByRole('menuitem', { name: 'Pin' }).waitFor();
    await press('ArrowDown', 'Enter');
    await expect.poll(async () => await titlesIn('Pinned')).toEqual(['one']);
    await link('two').focus();
    await press('Shift+F10', 'm');
    expect(await page.evaluate('document.activeElement.textContent')).toContain('Move to folder');
    await press('Enter');
    await page.getByLabel('Find or create a folder').waitFor();
    await page.keyboard.type('Work');
    await press('Enter');
    await page.getByRole('button', { name: 'Work', exact: true }).press('ArrowRight');
    await expect.poll(async () => await titlesIn('Work')).toEqual(['two']);
    expect(await page.evaluate('document.activeElement.getAttribute("aria-expanded")')).toBe(
      'true',
    );
    await press('ArrowDown', 'ArrowDown');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('three');
    await press('Shift+F10', 't', 'Enter');
    await page.getByLabel('Find or create a tag').waitFor();
    await page.keyboard.type('red');
    await press('Enter');
    await page.getByRole('option', { name: 'red' }).locator('.label-check').waitFor();
    await press('Escape');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('three');
    await press('Control+k');
    await page.getByLabel('Search titles and messages').waitFor();
    await press('Escape');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('three');
    await press('Shift+F10', 'r', 'Enter');
    await page.keyboard.type('renamed');
    await press('Enter');
    await link('renamed').waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('renamed');
  });

  test('selects several chats, archives them, and shows them in the archive', async () => {
    await makeChats('one', 'two', 'three', 'four');
    await link('one').focus();
    await press('Shift+ArrowDown', 'Shift+ArrowDown');
    await page.getByText('3 selected').waitFor();
    await link('two').click({ modifiers: ['Control'] });
    await page.getByText('2 selected').waitFor();
    await page.getByRole('toolbar').getByRole('button', { name: 'Archive' }).click();
    await page.getByText('Archived 2 chats.').waitFor();
    await expect.poll(async () => await titlesIn('Today')).toEqual(['two', 'four']);
    await page.getByRole('button', { name: 'All chats' }).click();
    await page.getByRole('menuitemradio', { name: 'Archive' }).click();
    await expect.poll(async () => await titlesIn('Today')).toEqual(['one', 'three']);
    await link('one').focus();
    await press('Control+a', 'Delete');
    await page.getByText('Deleted 2 chats.').waitFor();
    await page.getByText('No archived chats.').waitFor();
    await page.getByRole('button', { name: 'Undo' }).last().press('Enter');
    await expect.poll(async () => await titlesIn('Today')).toEqual(['one', 'three']);
    await page.getByRole('button', { name: 'Show all chats' }).click();
    await expect.poll(async () => await titlesIn('Today')).toEqual(['two', 'four']);
  });

  test('moves a dragged chat to a folder, and deleting the folder keeps it', async () => {
    await makeChats('one', 'two');
    await callApi(page, 'POST', '/api/folders', { name: 'Work' });
    const folder = page.getByRole('button', { name: 'Work', exact: true });
    await folder.waitFor();
    await link('one').dragTo(folder);
    await page.getByText('Moved 1 chat to “Work”.').waitFor();
    await expect.poll(async () => await titlesIn('Today')).toEqual(['two']);
    await folder.focus();
    await press('Delete');
    await page.getByRole('button', { name: 'Delete folder' }).click();
    await expect.poll(async () => await titlesIn('Today')).toEqual(['one', 'two']);
    expect(await folder.count()).toBe(0);
  });

  test('shows the chats with a tag', async () => {
    await makeChats('one', 'two');
    const listed = v.parse(Chats, await callApi(page, 'GET', '/api/conversations'));
    const two = listed.conversations.filter(({ title }) => title === 'two').map(({ id }) => id);
    await change(two, { addTags: ['blue <b>'], pinned: true });
    await page.getByRole('button', { name: 'All chats' }).click();
    await page.getByRole('menuitemradio', { name: 'Chats with a tag…' }).click();
    await page.getByLabel('Find a tag').fill('BLU');
    await press('Enter');
    await page.getByRole('button', { name: '#blue <b>' }).waitFor();
    await expect.poll(async () => await titlesIn('Today')).toEqual(['two']);
    await page.getByRole('button', { name: 'Show all chats' }).click();
    await link('one').waitFor();
  });

  test('of 600 chats has few elements, scrolls to the end and keeps the focused row', async () => {
    await page.evaluate(`(async () => {
      const headers = {
        'content-type': 'application/json',
        'x-postern-session': sessionStorage.getItem('postern-session'),
      };
      for (let at = 0; at < 600; at += 1) {
        const body = JSON.stringify({ title: 'Chat ' + at });
        await fetch('/api/conversations', { method: 'POST', headers, body });
      }
    })()`);
    await page.reload();
    await link('Chat 599').waitFor();
    await link('Chat 599').focus();
    const height = async (): Promise<number> =>
      await page.evaluate<number>(`document.querySelector('.conversations').scrollHeight`);
    for (let rounds = 0; rounds < 200 && (await link('Chat 0').count()) === 0; rounds += 1) {
      const before = await height();
      await page.evaluate(
        `document.querySelector('.conversations').scrollTo(0, ${String(before)})`,
      );
      await expect
        .poll(async () => (await link('Chat 0').count()) > 0 || (await height()) > before)
        .toBe(true);
    }
    expect(await link('Chat 0').count()).toBe(1);
    expect(await page.locator('.conversations li').count()).toBeLessThan(120);
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Chat 599');
    expect(await page.locator('li', { has: link('Chat 0') }).getAttribute('aria-setsize')).toBe(
      '600',
    );
    await press('End');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Chat 0');
    await press('Home', 'ArrowDown');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Chat 598');
  });
});
