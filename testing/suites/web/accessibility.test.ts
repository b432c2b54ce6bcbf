import { skipBecause, textReply, whyNoPrograms } from '@postern/testing';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { ask } from '../product/walk-first-run.ts';
import { goTo, pickModel, signedInPage } from './signed-in-page.ts';

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

/** Runs axe for WCAG 2.2 AA and returns one line per violation. */
async function findingsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate<readonly string[]>(`axe
    .run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
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
] as const;

const why = whyNoPrograms(['chromium']);

describe.skipIf(skipBecause('accessibility in Chromium', why))('every screen', () => {
  test.each(LOOKS)('$colorScheme at $viewport.width px', async (look) => {
    await using product = await signedInPage({ ...look, reducedMotion: true });
    const { page, upstream } = product;
    const expectSound = async (screen: string): Promise<void> => {
      expect({ screen, findings: await findingsOf(page) }).toEqual({ screen, findings: [] });
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
    await page.locator('.model-button').click();
    await page.locator('[role=option]').first().waitFor();
    await expectSound('models');
    await page.keyboard.press('Escape');
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
    if (look.viewport.width < 800) {
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
