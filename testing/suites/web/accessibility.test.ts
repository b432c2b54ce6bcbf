import { skipBecause, textReply, whyNoPrograms } from '@postern/testing';
import type { Appearance } from '@postern/protocol';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { ask } from '../product/walk-first-run.ts';
import { drag, picture, textFile } from './page-files.ts';
import { callApi, goTo, pickModel, signedInPage } from './signed-in-page.ts';

const RICH = `# A heading

A *text* with [a link](https://example.com), \`code\`, $x^2$ and ![a picture](https://example.com/a.png).

| a | b |
| --- | --- |
| 1 | 2 |

- [x] done
- [ ] to do

\`\`\`ts
// A comment.
export const answer: number = 42;
\`\`\`
`;

/** Runs axe for WCAG 2.2 AA, and with high contrast for 7:1, and returns one line per violation. */
async function findingsOf(page: Page, highContrast: boolean): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const options = {
    runOnly: highContrast ? [...tags, 'wcag2aaa'] : tags,
    rules: { 'color-contrast-enhanced': { enabled: highContrast } },
  };
  return await page.evaluate<readonly string[]>(`axe
    .run(${JSON.stringify(options)})
    .then(({ violations }) => violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => id + ': ' + node.html.slice(0, 160) + ' ' + node.failureSummary)))`);
}

/** Returns the elements that overflow horizontally. */
async function overflowOf(page: Page): Promise<readonly string[]> {
  return await page.evaluate<readonly string[]>(`
    [...document.querySelectorAll('html, .gate, .messages, .conversations, .settings-body, dialog')]
      .filter((box) => box.scrollWidth > box.clientWidth)
      .map((box) => box.className || box.localName)`);
}

const LOOKS = [
  { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { colorScheme: 'dark', viewport: { width: 1600, height: 900 } },
  { colorScheme: 'light', viewport: { width: 360, height: 740 } },
  { colorScheme: 'dark', viewport: { width: 768, height: 1024 } },
  {
    ...{ colorScheme: 'light', viewport: { width: 360, height: 740 } },
    appearance: { contrast: 'high', textSize: 'largest', columnWidth: 'full' },
  },
  {
    ...{ colorScheme: 'dark', viewport: { width: 1600, height: 900 } },
    appearance: { contrast: 'high', textSize: 'small', columnWidth: 'wide' },
  },
] as const satisfies readonly Look[];

/** Adds an image, a text, a PDF, and a file that is refused. */
async function attachEverything(page: Page): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Attach files' }).click();
  await (
    await chooser
  ).setFiles([
    picture('shot.png'),
    textFile('A long name of a file with notes about everything.txt', 'Notes\n'.repeat(99)),
    textFile('report.pdf', '%PDF-1.7'),
    textFile('film.mkv', '\0'),
  ]);
  await page.locator('.file-chip[data-at=failed]').waitFor();
}

interface Look {
  readonly colorScheme: 'light' | 'dark';
  readonly viewport: { readonly width: number; readonly height: number };
  readonly appearance?: Partial<Appearance>;
}

function named(look: Look): readonly [string, Look] {
  const contrast = look.appearance === undefined ? '' : ', high contrast';
  return [`${look.colorScheme} at ${String(look.viewport.width)} px${contrast}`, look];
}

const why = whyNoPrograms(['chromium']);

describe.skipIf(skipBecause('accessibility in Chromium', why))('every screen', () => {
  test.each(LOOKS.map(named))('%s', async (_name, { appearance, ...options }) => {
    await using product = await signedInPage({ ...options, reducedMotion: true });
    const { page, upstream } = product;
    if (appearance !== undefined) {
      await callApi(page, 'PATCH', '/api/settings', appearance);
      await page.reload();
      await page.locator(':root[data-contrast=high]').waitFor({ state: 'attached' });
    }
    const expectSound = async (screen: string): Promise<void> => {
      expect({ screen, findings: await findingsOf(page, appearance !== undefined) }).toEqual({
        screen,
        findings: [],
      });
      expect({ screen, overflow: await overflowOf(page) }).toEqual({ screen, overflow: [] });
    };
    await expectSound('new chat');
    await pickModel(page, 'gpt-fake-large');
    upstream.next(textReply(RICH));
    await ask(page, 'Show me everything');
    await expectSound('chat');
    upstream.next({ kind: 'error', status: 529, message: 'Overloaded' });
    await ask(page, 'And now fail');
    await expectSound('a failed answer');
    await attachEverything(page);
    await expectSound('files of an unsent message');
    await drag(page, 'dragover', [picture('over.png')]);
    await page.getByText('Drop to attach').waitFor();
    await expectSound('files over the page');
    await drag(page, 'dragend', []);
    await page.getByRole('button', { name: 'Remove film.mkv' }).click();
    upstream.next(textReply('Files.'));
    await ask(page, 'See these files');
    await expectSound('files of a message');
    await page.getByRole('button', { name: 'Open shot.png' }).click();
    await page.getByRole('dialog').locator('img').waitFor();
    await expectSound('an image in full size');
    await page.keyboard.press('ArrowRight');
    await page.locator('.viewer-text').waitFor();
    await expectSound('a text in full size');
    await page.keyboard.press('Escape');
    await page.locator('.model-button').click();
    await page.locator('[role=option]').first().waitFor();
    await expectSound('models');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Shift+Comma');
    await page.getByLabel('System prompt').fill('Be brief.');
    await page.getByLabel('Temperature').fill('warm');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText('Enter a number from 0 to 2.').waitFor();
    await expectSound('chat settings with an error');
    await page.getByLabel('Temperature').fill('1');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'System prompt' }).waitFor();
    await expectSound('chat with a system prompt');
    await page.keyboard.press('Control+k');
    await page.getByLabel('Search titles and messages').fill('everything');
    await page.locator('mark').first().waitFor();
    await expectSound('search');
    await page.keyboard.press('Escape');
    await page.locator('.md a').first().click();
    await page.locator('.link-address').waitFor();
    await expectSound('link');
    await page.keyboard.press('Escape');
    for (const section of ['providers', 'gateway', 'appearance', 'storage', 'trash', 'sessions']) {
      await page.evaluate(`location.hash = '#/settings/${section}'`);
      await page.locator('.settings-section').first().waitFor();
      await expectSound(`settings: ${section}`);
    }
    await goTo(page, '#/');
    if (options.viewport.width < 800) {
      await page.getByRole('button', { name: 'Show sidebar' }).click();
    }
    await page.getByRole('button', { name: 'Lock now' }).click();
    await page.getByRole('heading', { name: 'Postern is locked' }).waitFor();
    await expectSound('lock');
    await page.context().clearCookies();
    await page.reload();
    await page.getByText('postern open').first().waitFor();
    await expectSound('signed out');
  });
});
