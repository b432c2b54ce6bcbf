import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { corpusFiles } from './corpora.ts';

test("lists our files, then other people's if their directory exists", () => {
  const root = mkdtempSync(join(tmpdir(), 'postern-corpora-'));
  onTestFinished(() => {
    rmSync(root, { recursive: true });
  });
  const [own, others] = [join(root, 'own'), join(root, 'others')];
  for (const file of ['own/streams/a/2.json', 'own/streams/a/1.json', 'own/streams/a/1.sse']) {
    mkdirSync(join(root, file, '..'), { recursive: true });
    writeFileSync(join(root, file), '');
  }
  const places = { folder: 'a', own, others };
  const ours = [join(own, 'streams/a/1.json'), join(own, 'streams/a/2.json')];
  expect(corpusFiles('streams', /\.json$/, places)).toEqual(ours);
  mkdirSync(join(others, 'streams/a'), { recursive: true });
  writeFileSync(join(others, 'streams/a/3.json'), '');
  const theirs = join(others, 'streams/a/3.json');
  expect(corpusFiles('streams', /\.json$/, places)).toEqual([...ours, theirs]);
  expect(corpusFiles('streams', /\.json$/, { ...places, folder: 'b' })).toEqual([]);
});

test.each([
  ['streams', 'anthropic-messages', 15],
  ['streams', 'openai-chat', 13],
  ['vectors', '', 4],
  ['xss', '', 1],
] as const)('the corpus %s %s is in the repository', (corpus, folder, count) => {
  const files = corpusFiles(corpus, /./, { folder, others: '/nowhere' });
  expect(files.length).toBeGreaterThanOrEqual(count);
});
