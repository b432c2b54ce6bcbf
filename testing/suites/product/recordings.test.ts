import { basename } from 'node:path';
import { encodeUtf8, isJsonObject, type JsonValue } from '@postern/kernel';
import type { Part } from '@postern/protocol';
import {
  corpusFiles,
  countRecordedAnswers,
  freshHome,
  readRecording,
  runPostern,
  skipBecause,
  startChromium,
  startFakeUpstream,
  upPostern,
  whyNoPrograms,
  type FakeDialect,
} from '@postern/testing';
import { describe, expect, test } from 'vitest';
import { decodeChunks, fold } from '../dialects/decode-bytes.ts';
import { FOLDERS } from '../dialects/recordings.ts';
import { signIn, type AppClient } from './app-client.ts';
import { PASSPHRASE } from './walk-first-run.ts';

interface Row {
  readonly name: string;
  readonly file: string;
  readonly dialect: FakeDialect;
  readonly answer: number;
}

function recordings(): readonly Row[] {
  return FOLDERS.flatMap(([folder, dialect]) => {
    const files = corpusFiles('streams', /\.(?:chunks\.txt|sse)$/, { folder });
    return files.flatMap((file) => {
      const name = basename(file);
      const count = dialect === 'anthropic-messages' ? countRecordedAnswers(file) : 1;
      return Array.from({ length: count }, (_, answer) => ({ name, file, dialect, answer }));
    });
  });
}

const why = whyNoPrograms(['chromium']);

function field(value: JsonValue | undefined, name: string): JsonValue {
  return (isJsonObject(value) ? value[name] : undefined) ?? null;
}

/** The parts of an answer, without how long Postern says that reasoning took. */
function partsOf(answer: JsonValue | undefined): JsonValue {
  const parts = field(answer, 'parts');
  if (!Array.isArray(parts)) return null;
  return parts.map((part: JsonValue) => {
    if (!isJsonObject(part)) return part;
    return Object.fromEntries(Object.entries(part).filter(([name]) => name !== 'durationMs'));
  });
}

async function addEndpoints(
  app: AppClient,
  baseUrls: Readonly<Record<FakeDialect, string>>,
): Promise<void> {
  for (const dialect of ['anthropic-messages', 'openai-chat'] as const) {
    const endpoint = { id: `fake-${dialect}`, label: `Fake ${dialect}`, dialect, auth: 'bearer' };
    await app.request('POST', '/api/providers', { ...endpoint, baseUrl: baseUrls[dialect] });
    const key = 'sk-0123456789abcdef0123';
    await app.request('PUT', `/api/providers/fake-${dialect}/key`, { key });
  }
}

describe.skipIf(skipBecause('recorded streams through the product', why))(
  'every recorded stream',
  () => {
    test('is rendered and stored without loss', { timeout: 240_000 }, async () => {
      using home = freshHome();
      await using postern = await upPostern({ environment: home.environment });
      const upstream = await startFakeUpstream();
      const app = await signIn(postern.launchUrl);
      await app.request('POST', '/api/setup', { storage: 'file', passphrase: PASSPHRASE });
      await addEndpoints(app, upstream.baseUrls);
      const stored: { readonly id: string; readonly row: Row; readonly parts: readonly Part[] }[] =
        [];
      for (const row of recordings()) {
        upstream.next({ kind: 'recording', file: row.file, answer: row.answer });
        const title = `${row.name} ${row.answer}`;
        const created = await app.request('POST', '/api/conversations', { title });
        const id = JSON.stringify(field(created, 'id')).replaceAll('"', '');
        await app.turn(id, {
          parentId: null,
          text: 'question',
          provider: `fake-${row.dialect}`,
          model: 'any',
        });
        const view = await app.request('GET', `/api/conversations/${id}`);
        const messages = field(view, 'messages');
        const answer = Array.isArray(messages) ? (messages as readonly JsonValue[]).at(-1) : null;
        const recording = readRecording(row.file, row.dialect, row.answer);
        if (recording.kind !== 'stream') throw new Error(`${row.name} is not a stream`);
        // The blank line ends the last event, even if the file was saved without it.
        const bytes = encodeUtf8(`${recording.frames.join('')}\n\n`);
        const expected = fold(decodeChunks(row.dialect, [bytes]));
        expect([row.name, partsOf(answer)]).toEqual([row.name, expected.parts]);
        expect([row.name, field(answer, 'extra')]).toEqual([row.name, expected.extra ?? null]);
        expect([row.name, field(answer, 'usage') ?? {}]).toEqual([row.name, expected.usage]);
        stored.push({ id, row, parts: expected.parts });
      }
      expect(stored.length).toBeGreaterThan(20);
      const { stdout } = await runPostern(['open'], { environment: home.environment });
      await renderAll(stdout.trim(), stored);
      await upstream.close();
    });
  },
);

async function renderAll(
  launchUrl: string,
  stored: readonly { readonly id: string; readonly row: Row; readonly parts: readonly Part[] }[],
): Promise<void> {
  const { origin } = new URL(launchUrl);
  await using browser = await startChromium({ origins: [origin] });
  await browser.page.goto(launchUrl);
  await browser.page.getByLabel('Message', { exact: true }).waitFor();
  for (const { id, row, parts } of stored) {
    await browser.page.goto(`${origin}/#/c/${id}`);
    const shown = browser.page.getByRole('region', { name: 'Messages' });
    await shown.getByText('question', { exact: true }).waitFor();
    const text = parts.find((part) => part.kind === 'text' && /\w{4}/.test(part.text));
    const word = text?.kind === 'text' ? /\w{4,}/.exec(text.text)?.[0] : undefined;
    if (word !== undefined) await shown.getByText(word).filter({ visible: true }).first().waitFor();
    expect([row.name, browser.complaints()]).toEqual([row.name, []]);
  }
}
