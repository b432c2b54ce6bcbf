import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { corpusFiles, skipBecause, whyNoPrograms } from '@postern/testing';
import * as v from 'valibot';
import { describe, expect, onTestFinished, test } from 'vitest';
import { HOSTILE_MARKDOWN } from './hostile-markdown.ts';
import { signedInPage, type SignedInPage } from './signed-in-page.ts';

const Corpus = v.array(v.object({ title: v.string(), payload: v.string() }));

function payloads(): readonly string[] {
  const found = corpusFiles('xss', /\.json$/).flatMap((path) =>
    v.parse(Corpus, JSON.parse(readFileSync(path, 'utf8'))).map(({ payload }) => payload),
  );
  return [...found, ...HOSTILE_MARKDOWN.map(([, text]) => text)];
}

const AT = '2025-05-01T10:00:00Z';
/** So that these chats are first in the list. */
const LATER = '2025-06-01T10:00:00Z';

/** Claude's export of a chat with one message after another. */
function chat(uuid: string, name: string, messages: readonly object[], at = AT): object {
  const all = messages.map((message, index) => ({ uuid: `${uuid}-${index}`, ...message }));
  return { uuid, name, created_at: at, updated_at: at, chat_messages: all };
}

async function importFrom({ page }: SignedInPage, name: string, chats: unknown): Promise<void> {
  await page.evaluate("location.hash = '#/settings/import'");
  await page.getByRole('heading', { name: 'Import', level: 2 }).waitFor();
  const buffer = Buffer.from(JSON.stringify(chats));
  const files = [{ name, mimeType: 'application/json', buffer }];
  await page.locator('input[type=file]').setInputFiles(files);
  await page.getByText('Exported by').waitFor();
}

/** The most that a database is read at once. */
const MAX_PART_BYTES = 256 * 1024;

/** Open WebUI's database with 20 chats, and a larger table that isn't for chats. */
function openWebuiDatabase(): string {
  const directory = mkdtempSync(join(tmpdir(), 'postern-import-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  const path = join(directory, 'webui.db');
  const database = new DatabaseSync(path);
  database.exec(
    `CREATE TABLE chat (id TEXT, user_id TEXT, title TEXT, chat JSON, updated_at INTEGER);
     CREATE TABLE document (content BLOB); INSERT INTO document VALUES (zeroblob(4000000))`,
  );
  for (let at = 0; at < 20; at += 1) {
    const messages = {
      q: { id: 'q', parentId: null, role: 'user', content: `A question ${'word '.repeat(4000)}` },
      a: { id: 'a', parentId: 'q', role: 'assistant', content: `The answer ${at}` },
    };
    database
      .prepare('INSERT INTO chat VALUES (?, ?, ?, ?, 1760000000)')
      .run(`c${at}`, 'me', `Chat ${at}`, JSON.stringify({ history: { messages } }));
  }
  database.close();
  return path;
}

describe.skipIf(skipBecause('imports in Chromium', whyNoPrograms(['chromium'])))(
  'an import',
  () => {
    test('shows what was recognized and added, and is undone', async () => {
      await using place = await signedInPage();
      const { page } = place;
      const question = { sender: 'human', text: 'My question' };
      await importFrom(place, 'conversations.json', [
        chat('c', 'The imported chat', [question, { sender: 'assistant', text: 'The answer' }]),
        chat('e', 'Empty', []),
      ]);
      const report = page.locator('.import-report');
      await expect.poll(() => report.textContent()).toContain('Exported byClaude');
      const shown = (await report.textContent()) ?? '';
      expect(shown).toContain('Chats added1');
      expect(shown).toContain('Chat 2: It has no messages.');
      await page.getByRole('link', { name: 'The imported chat' }).first().click();
      await page.getByText('The answer').waitFor();
      await page.goBack();
      await page.getByRole('button', { name: /^Undo the import from Claude/ }).click();
      await page.getByText('No imports yet.').waitFor();
      await expect
        .poll(() => page.getByRole('link', { name: 'The imported chat' }).count())
        .toBe(0);
      expect(place.browser.complaints()).toEqual([]);
    });

    test('of a database sends only what is read of it, and adds its chats', async () => {
      await using place = await signedInPage();
      const { page } = place;
      const file = openWebuiDatabase();
      let sent = 0;
      page.on('request', (request) => {
        if (request.url().includes('/bytes?')) sent += 1;
      });
      await page.evaluate("location.hash = '#/settings/import'");
      await page.getByRole('heading', { name: 'Import', level: 2 }).waitFor();
      await page.locator('input[type=file]').setInputFiles(file);
      const report = page.locator('.import-report');
      await expect.poll(() => report.textContent()).toContain('Exported byOpen WebUI');
      expect(await report.textContent()).toContain('Chats added20');
      expect(sent).toBeGreaterThan(2);
      expect(sent * MAX_PART_BYTES).toBeLessThan(statSync(file).size / 2);
      await page.getByRole('link', { name: 'Chat 7', exact: true }).first().click();
      await page.getByText('The answer 7').waitFor();
      expect(place.browser.complaints()).toEqual([]);
    });

    test('of hostile chats runs nothing and requests nothing', { timeout: 240_000 }, async () => {
      await using place = await signedInPage();
      const { page, postern } = place;
      const requests: string[] = [];
      page.on('request', (request) => requests.push(new URL(request.url()).origin));
      const texts = payloads();
      const messages = texts.flatMap((text) => [
        {
          sender: 'human',
          text,
          attachments: [{ file_name: text }, { file_name: text, extracted_content: text }],
        },
        {
          sender: 'assistant',
          model: text,
          content: [
            { type: 'text', text, citations: [{ title: text, url: text }] },
            { type: 'thinking', thinking: text },
            { type: 'tool_use', id: text, name: text, input: { text } },
            { type: 'tool_result', tool_use_id: text, content: [{ type: 'text', text }] },
            { type: text, text },
          ],
        },
      ]);
      const parts = Array.from({ length: Math.ceil(messages.length / 40) }, (_, index) =>
        chat(`part-${index}`, `Part ${index}`, messages.slice(index * 40, index * 40 + 40), LATER),
      );
      const titled = texts.map((text, index) =>
        chat(`t-${index}`, text, [{ sender: 'human', text }]),
      );
      await importFrom(place, '<img src=x onerror=ran=1>.json', [...titled, ...parts]);
      for (const [index] of parts.entries()) {
        await page
          .getByRole('link', { name: `Part ${index}`, exact: true })
          .first()
          .click();
        await page.locator('.message').first().waitFor();
        // Messages far from the view aren't shown until the reader comes near.
        for (let at = 0; at <= 1; at += 0.1) {
          await page.evaluate(
            `(() => { const list = document.querySelector('.message').closest('[tabindex], main');
            for (let box = list; box; box = box.parentElement) box.scrollTop = box.scrollHeight * ${at}; })()`,
          );
          await page.evaluate(
            'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
          );
        }
      }
      expect(await page.evaluate('window.ran')).toBeUndefined();
      expect([...new Set(requests)]).toEqual([postern.pageAddress]);
      expect(place.browser.complaints()).toEqual([]);
    });
  },
);
