import {
  freshHome,
  leakCanary,
  skipBecause,
  startChromium,
  upPostern,
  whyNoPrograms,
} from '@postern/testing';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { PASSPHRASE, walkFirstRun } from '../product/walk-first-run.ts';

const why = whyNoPrograms(['chromium']);

describe.skipIf(skipBecause('drafts in Chromium', why))('drafts', () => {
  test('come back after a reload and a restart, and are in no file and in no storage of the browser', async () => {
    using home = freshHome();
    const canary = leakCanary();
    const draft = canary.plant('draft', (mark) => `A message\n  ${mark}`);
    const draftOf = async (page: Page): Promise<string> =>
      await page.getByLabel('Message', { exact: true }).inputValue();
    const searchBrowser = async (page: Page): Promise<void> => {
      const stored = await page.evaluate<string>(
        'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href, document.cookie])',
      );
      canary.searchBytes('the storage of the browser', stored);
    };
    {
      await using postern = await upPostern({ environment: home.environment });
      await using browser = await startChromium({ origins: [postern.pageAddress] });
      const { page } = browser;
      await walkFirstRun(page, postern.launchUrl, 'file');
      await page.getByLabel('Message', { exact: true }).fill(draft);
      await searchBrowser(page);
      await page.reload();
      await expect.poll(async () => await draftOf(page)).toBe(draft);
      await searchBrowser(page);
      expect(browser.complaints()).toEqual([]);
    }
    {
      await using postern = await upPostern({ environment: home.environment });
      await using browser = await startChromium({ origins: [postern.pageAddress] });
      const { page } = browser;
      await page.goto(postern.launchUrl);
      await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
      await page.keyboard.press('Enter');
      await page.getByLabel('Message', { exact: true }).waitFor();
      await expect.poll(async () => await draftOf(page)).toBe(draft);
      canary.searchFiles(home.path);
      await searchBrowser(page);
    }
    canary.searchFiles(home.path);
    canary.expectNone();
  });
});
