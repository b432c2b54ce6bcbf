import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** Where the screenshots go, in each look. Without it, none are taken: they take a second each. */
const DIRECTORY = process.env['JOURNEY_SCREENSHOTS'];

const WIDE = { width: 1280, height: 800 };
const LOOKS = [
  { name: 'light', media: { colorScheme: 'light', contrast: 'no-preference' }, viewport: WIDE },
  { name: 'dark', media: { colorScheme: 'dark', contrast: 'no-preference' }, viewport: WIDE },
  { name: 'high contrast', media: { colorScheme: 'light', contrast: 'more' }, viewport: WIDE },
  {
    name: '360 px',
    media: { colorScheme: 'light', contrast: 'no-preference' },
    viewport: { width: 360, height: 740 },
  },
] as const;

/** Saves what is shown in every look, and leaves the page as it was. */
export async function shoot(page: Page, name: string): Promise<void> {
  if (DIRECTORY === undefined) return;
  mkdirSync(DIRECTORY, { recursive: true });
  for (const look of LOOKS) {
    await page.emulateMedia(look.media);
    await page.setViewportSize(look.viewport);
    const path = join(DIRECTORY, `${name}, ${look.name}.png`);
    await page.screenshot({ path, animations: 'disabled' });
  }
  await page.emulateMedia(LOOKS[0].media);
  await page.setViewportSize(WIDE);
}
