import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { exportChats, type ConversationStore } from '@postern/conversations';
import { writePrivateFile } from '@postern/disk';
import { expectOk, ok } from '@postern/kernel';
import type { ConversationId } from '@postern/protocol';
import {
  corpusFiles,
  freshHome,
  skipBecause,
  startChromium,
  whyNoPrograms,
} from '@postern/testing';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { add, memoryStore } from '../conversations/store.ts';
import { HOSTILE_MARKDOWN } from './hostile-markdown.ts';
import { picture } from './page-files.ts';

const Corpus = v.array(v.object({ title: v.string(), payload: v.string() }));

function payloads(): readonly string[] {
  const found = corpusFiles('xss', /\.json$/).flatMap((path) =>
    v.parse(Corpus, JSON.parse(readFileSync(path, 'utf8'))).map(({ payload }) => payload),
  );
  return [...found, ...HOSTILE_MARKDOWN.map(([, text]) => text)];
}

/** The elements of an export. */
const OWN = ['html', 'head', 'meta', 'title', 'style', 'body', 'main', 'h1', 'p', 'article', 'h2'];
const ELEMENTS = new Set([...OWN, 'bdi', 'time', 'div', 'pre', 'img']);

/** A chat with an image of each of these names. */
function chatWithPictures(store: ConversationStore, names: readonly string[]): ConversationId {
  const { id } = expectOk(store.create({ title: 'Pictures' }));
  const { buffer } = picture('a.png', 16, 8);
  const parts = names.map((name) => {
    const facts = { mediaType: 'image/png', size: buffer.length, width: 16, height: 8 } as const;
    const begun = expectOk(store.attachments.begin({ name, ...facts }));
    expectOk(store.attachments.append(begun, buffer));
    return { kind: 'attachment', ...expectOk(store.attachments.finish(begun)) } as const;
  });
  const message = { conversationId: id, parentId: null, role: 'user', status: 'complete' } as const;
  expectOk(store.addMessage({ ...message, parts }));
  return id;
}

describe.skipIf(skipBecause('an export in Chromium', whyNoPrograms(['chromium'])))(
  'an export as HTML',
  () => {
    test('runs nothing and requests nothing, with every hostile text', async () => {
      using home = freshHome();
      const store = memoryStore();
      const ids: ConversationId[] = [];
      for (const text of payloads()) {
        const chat = expectOk(store.create({ title: text }));
        expectOk(add(store, chat, text));
        ids.push(chat.id);
      }
      ids.push(chatWithPictures(store, payloads()));
      const path = join(home.path, 'chats.html');
      expectOk(
        await writePrivateFile(path, false, async (write) => {
          for (const text of exportChats(store, ids, 'html', 0)) await write(text);
          return ok();
        }),
      );
      await using browser = await startChromium({ origins: ['null'] });
      const requests: string[] = [];
      browser.page.on('request', (request) => requests.push(request.url()));
      await browser.page.goto(pathToFileURL(path).href);
      expect(await browser.page.locator('h1').count()).toBe(ids.length);
      const names = await browser.page.evaluate<readonly string[]>(
        "[...new Set([...document.querySelectorAll('*')].map((each) => each.localName))]",
      );
      expect(names.filter((name) => !ELEMENTS.has(name))).toEqual([]);
      expect(await browser.page.evaluate('window.ran')).toBeUndefined();
      expect(
        await browser.page.evaluate("getComputedStyle(document.querySelector('.text')).whiteSpace"),
      ).toBe('pre-wrap');
      expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([
        pathToFileURL(path).href,
      ]);
      const widths = await browser.page.evaluate<readonly number[]>(
        '[...document.images].map((image) => image.naturalWidth)',
      );
      expect(new Set(widths)).toEqual(new Set([16]));
      expect(widths).toHaveLength(payloads().length);
      expect(browser.complaints()).toEqual([]);
    });
  },
);
