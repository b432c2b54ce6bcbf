import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  freshHome,
  skipBecause,
  startChromium,
  upPostern,
  whyNoPrograms,
  type ChromiumSession,
  type PosternUp,
} from '@postern/testing';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, PASSPHRASE } from '../product/walk-first-run.ts';
import { picture } from './page-files.ts';
import { callApi, goTo, pickModel, signedInPage, type SignedInPage } from './signed-in-page.ts';

const why = whyNoPrograms(['chromium']);
const BACKUP_PASSPHRASE = 'seven grey owls at noon';
const NEW_PASSPHRASE = 'a new home and its key';

const namesIn = (path: string): readonly string[] => (existsSync(path) ? readdirSync(path) : []);

const dialog = (page: Page): Locator => page.getByRole('dialog');

async function openStorage(page: Page): Promise<void> {
  await page.evaluate("location.hash = '#/settings/storage'");
  await page.getByRole('heading', { name: 'Backups', exact: true }).waitFor();
}

/** Fills the dialog, and waits until the backup is made. */
async function create(page: Page, to: Place): Promise<void> {
  await fill(page, to);
  await page.getByRole('heading', { name: 'Backup created' }).waitFor();
}

type Place = 'Download' | 'Keep on this machine';

async function fill(page: Page, to: Place): Promise<void> {
  const fields = dialog(page);
  await fields.getByLabel('Passphrase of Postern').fill(PASSPHRASE);
  await fields.getByLabel('Passphrase of the backup').fill(BACKUP_PASSPHRASE);
  await fields.getByLabel('Confirm passphrase').fill(BACKUP_PASSPHRASE);
  await fields.getByRole('radio', { name: to }).check();
  await page.keyboard.press('Enter');
}

describe.skipIf(skipBecause('backups in Chromium', why))('backups in the page', () => {
  let product: SignedInPage;
  let page: Page;
  let data: string;
  let file: string;

  beforeAll(async () => {
    product = await signedInPage({ reducedMotion: true });
    ({ page } = product);

    data = join(product.environment['HOME'] ?? '', '.local', 'share', 'postern');
    await goTo(page, '#/');
    await pickModel(page, 'gpt-fake-large');
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Attach files' }).press('Enter');
    await (await chooser).setFiles([picture('owl.png')]);
    await page.getByRole('button', { name: 'Remove owl.png' }).waitFor();
    await ask(page, 'What the owl saw');
    await callApi(page, 'POST', '/api/gateway/keys', {
      ...{ name: 'of the backup', models: 'all', limits: {}, budget: null },
    });
    await callApi(page, 'PATCH', '/api/settings', { theme: 'dark' });
  });

  afterAll(async () => {
    await product[Symbol.asyncDispose]();
  });

  test('is created by keyboard from the palette, and downloaded', async () => {
    await goTo(page, '#/');
    await page.keyboard.press('Control+Shift+K');
    await page.keyboard.type('create a backup');
    await page.getByRole('option', { name: /Create a backup/ }).waitFor();
    await page.keyboard.press('Enter');
    await dialog(page).getByLabel('Passphrase of Postern').waitFor();
    const download = page.waitForEvent('download');
    await create(page, 'Download');
    file = join(product.home, 'downloaded.postern-backup');
    await (await download).saveAs(file);
    const bytes = readFileSync(file);
    expect(bytes.includes('What the owl saw')).toBe(false);
    expect(await dialog(page).getByText('1 file').count()).toBe(1);
    await page.getByRole('button', { name: 'Done' }).press('Enter');
    await page.getByText('Downloaded. Postern doesn’t know where it is').waitFor();
    expect(readdirSync(join(data, 'transfers'))).toEqual([]);
  });

  test('needs the passphrase of the vault, and a strong one of its own', async () => {
    const input = { backupPassphrase: BACKUP_PASSPHRASE, to: 'home' };
    await expect(callApi(page, 'POST', '/api/backups', input)).rejects.toThrow('403');
    await expect(
      callApi(page, 'POST', '/api/backups', { ...input, passphrase: 'not the passphrase' }),
    ).rejects.toThrow('403');
    await openStorage(page);
    await page.getByRole('button', { name: 'Create…' }).press('Enter');
    await dialog(page).getByLabel('Passphrase of the backup').fill('short');
    await page.keyboard.press('Enter');
    expect(await dialog(page).locator('.field-error').allTextContents()).toEqual([
      'Enter it to continue.',
      'Use at least 8 characters.',
      'The passphrases don’t match.',
    ]);
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'detached' });
  });

  test('that is cancelled leaves nothing', async () => {
    await openStorage(page);
    await page.getByRole('button', { name: 'Create…' }).press('Enter');
    await fill(page, 'Keep on this machine');
    await dialog(page).getByText('Backing up and verifying…').waitFor();
    // The button has the focus.
    await page.keyboard.press('Enter');
    await dialog(page).getByLabel('Passphrase of the backup').waitFor();
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'detached' });
    await expect
      .poll(() => [namesIn(join(data, 'backups')), existsSync(join(data, 'backing-up'))])
      .toEqual([[], false]);
  });

  test('kept on this machine is listed, verified and deleted', async () => {
    await openStorage(page);
    await page.getByRole('button', { name: 'Create…' }).press('Enter');
    await create(page, 'Keep on this machine');
    await page.keyboard.press('Enter');
    await dialog(page).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^Verify the backup/ }).press('Enter');
    await dialog(page).getByLabel('Passphrase of the backup').fill('a wrong passphrase');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('wrong passphrase').waitFor();
    await dialog(page).getByLabel('Passphrase of the backup').fill(BACKUP_PASSPHRASE);
    await page.keyboard.press('Enter');
    await dialog(page).getByText('The backup is whole.').waitFor();
    await page.getByRole('button', { name: 'Done' }).press('Enter');
    await page.getByRole('button', { name: /^Delete the backup/ }).press('Enter');
    await page.getByRole('button', { name: 'Delete backup' }).press('Enter');
    await dialog(page).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^Verify the backup/ }).waitFor({ state: 'detached' });
    expect(readdirSync(join(data, 'backups'))).toEqual([]);
  });

  describe('on the first screen', () => {
    const stack = new AsyncDisposableStack();
    let other: PosternUp;
    let browser: ChromiumSession;
    let fresh: Page;
    let otherData: string;

    beforeAll(async () => {
      const home = stack.use(freshHome());
      otherData = join(home.environment['HOME'] ?? '', '.local', 'share', 'postern');
      other = stack.use(await upPostern({ environment: home.environment }));
      browser = stack.use(
        await startChromium({ origins: [other.pageAddress], reducedMotion: true }),
      );
      fresh = browser.page;

      await fresh.goto(other.launchUrl);
    });

    afterAll(async () => {
      await stack.disposeAsync();
    });

    async function openBackup(path: string, passphrase: string): Promise<void> {
      const chooser = fresh.waitForEvent('filechooser');
      await fresh.getByRole('button', { name: 'Choose file' }).press('Enter');
      await (await chooser).setFiles(path);
      await fresh.getByLabel('Passphrase of the backup').fill(passphrase);
      await fresh.keyboard.press('Enter');
    }

    test('a damaged file and a wrong passphrase say so, and change nothing', async () => {
      await fresh.getByRole('button', { name: 'Restore a backup' }).press('Enter');
      const bytes = readFileSync(file);
      const damaged = `${file}.damaged`;
      writeFileSync(damaged, bytes.subarray(0, bytes.length - 1));
      await openBackup(damaged, BACKUP_PASSPHRASE);
      await fresh.getByRole('alert').getByText('The file is damaged').waitFor();
      await openBackup(file, 'a wrong passphrase');
      await fresh.getByRole('alert').getByText('wrong passphrase').waitFor();
      const altered = Uint8Array.from(bytes);
      altered[bytes.length - 100] = (altered[bytes.length - 100] ?? 0) ^ 1;
      writeFileSync(damaged, altered);
      await openBackup(damaged, BACKUP_PASSPHRASE);
      await fresh.getByRole('heading', { name: 'Restore this backup?' }).waitFor();
      await fillNewVault();
      await fresh.getByRole('alert').getByText('The file is damaged').waitFor();
      expect(readdirSync(otherData).filter((name) => /\.db|restoring/.test(name))).toEqual([]);
      await fresh.getByRole('button', { name: 'Back' }).press('Enter');
    });

    async function fillNewVault(): Promise<void> {
      await fresh.getByLabel('Passphrase', { exact: true }).last().fill(NEW_PASSPHRASE);
      await fresh.getByLabel('Confirm passphrase').fill(NEW_PASSPHRASE);
      await fresh.keyboard.press('Enter');
    }

    test('a backup shows what it has, and then all of it is there', async () => {
      await openBackup(file, BACKUP_PASSPHRASE);
      await fresh.getByRole('heading', { name: 'Restore this backup?' }).waitFor();
      expect(await fresh.locator('.facts').textContent()).toContain('1 chat');
      await fillNewVault();
      await fresh.getByRole('heading', { name: 'Save your recovery code' }).waitFor();
      await fresh.getByLabel('I’ve saved the recovery code').check();
      await fresh.getByRole('button', { name: 'Continue' }).press('Enter');
      await fresh.getByRole('link', { name: 'What the owl saw' }).press('Enter');
      await fresh.getByRole('img', { name: 'owl.png' }).waitFor();
      expect(await callApi(fresh, 'GET', '/api/gateway/keys')).toMatchObject([
        { name: 'of the backup' },
      ]);
      expect(await callApi(fresh, 'GET', '/api/providers')).toEqual(
        expect.arrayContaining([expect.objectContaining({ id: 'fake', hasKey: true })]),
      );
      expect(await callApi(fresh, 'GET', '/api/settings')).toMatchObject({ theme: 'dark' });
      expect(readdirSync(join(otherData, 'transfers'))).toEqual([]);
    });

    test('and the new passphrase unlocks it', async () => {
      await fresh.keyboard.press('Control+Alt+L');
      await fresh.getByLabel('Passphrase', { exact: true }).fill(NEW_PASSPHRASE);
      await fresh.keyboard.press('Enter');
      await fresh.getByRole('link', { name: 'What the owl saw' }).waitFor();
      const others = browser.complaints().filter(({ text }) => !/40[0-9]|422/.test(text));
      expect(others).toEqual([]);
    });
  });

  test('restored over what is here replaces it, after saving it to another backup', async () => {
    await goTo(page, '#/');
    await ask(page, 'Asked after the backup');
    await openStorage(page);
    await page.getByRole('button', { name: 'Restore…' }).press('Enter');
    await page.getByRole('button', { name: 'Enter path' }).press('Enter');
    await dialog(page).getByLabel('Path of the backup').fill(file);
    await dialog(page).getByLabel('Passphrase of the backup').fill(BACKUP_PASSPHRASE);
    await page.keyboard.press('Enter');
    await dialog(page).getByLabel('Passphrase of Postern').fill('not the passphrase');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await dialog(page).getByLabel('Passphrase of Postern').fill(PASSPHRASE);
    await page.keyboard.press('Enter');
    await dialog(page).getByText('The backup is restored.').waitFor();
    await page.getByRole('button', { name: 'Done' }).press('Enter');
    await page.getByRole('link', { name: 'What the owl saw' }).waitFor();
    expect(await page.getByRole('link', { name: 'Asked after the backup' }).count()).toBe(0);
    await openStorage(page);
    const [saved = ''] = readdirSync(join(data, 'backups'));
    expect(saved).toMatch(/^before-restore-/);
    await page.getByText('Saved before a backup was restored.').waitFor();
  });
});
