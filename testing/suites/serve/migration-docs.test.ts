import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freshHome, runProgram, testProgram, type Ended, type FreshHome } from '@postern/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';

/** The blocks of a document in one language. */
function blocksOf(name: string, language: string): readonly string[] {
  const text = readFileSync(join(import.meta.dirname, '../../../docs', name), 'utf8');
  const blocks = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm');
  return [...text.matchAll(blocks)].map(([, block = '']) => block);
}

let home: FreshHome;
let config: string;

beforeEach(() => {
  home = freshHome();
  config = join(home.path, '.config/postern/config.json');
  const wrapper = `#!/bin/sh\nexec "${process.execPath}" -- "${testProgram()}" "$@"\n`;
  writeFileSync(join(home.path, 'postern'), wrapper, { mode: 0o755 });
  writeFileSync(join(home.path, 'openai.key'), 'sk-of-the-documentation');
  writeFileSync(join(home.path, 'groq.key'), 'gsk_of-the-documentation');
  writeFileSync(join(home.path, 'anthropic.key'), 'sk-ant-api03-of-the-documentation');
  const exported = { keys: [{ key_alias: 'ci', models: ['fast'], max_budget: 5 }] };
  writeFileSync(join(home.path, 'litellm-keys.json'), JSON.stringify(exported));
  writeFileSync(join(home.path, 'keys.txt'), 'web k3y-Of8The_documentation-Xq27Lm\n');
});
afterEach(() => {
  home[Symbol.dispose]();
});

/** Runs commands as printed, in the home directory. Each must succeed. */
async function runAll(blocks: readonly string[]): Promise<readonly Ended[]> {
  const environment = {
    ...home.environment,
    POSTERN_PASSPHRASE: 'three blind mice run',
    PATH: `${home.path}:${home.environment['PATH'] ?? ''}`,
  };
  const ended: Ended[] = [];
  for (const command of blocks.flatMap((block) => block.trimEnd().split('\n'))) {
    const one = await runProgram('bash', ['-c', `cd "$HOME" && ${command}`], { environment });
    expect(one.code, `${command}\n${one.stderr}`).toBe(0);
    ended.push(one);
  }
  return ended;
}

test('the guide for LiteLLM: its commands work, and its example becomes the configuration shown', async () => {
  const [yaml = ''] = blocksOf('migrating-from-litellm.md', 'yaml');
  const [json = ''] = blocksOf('migrating-from-litellm.md', 'json');
  writeFileSync(join(home.path, 'config.yaml'), yaml);
  const ended = await runAll(blocksOf('migrating-from-litellm.md', 'sh'));
  expect(JSON.parse(readFileSync(config, 'utf8'))).toEqual(JSON.parse(json));
  expect(ended[1]?.stdout).toMatch(/postern secret set groq\n/);
  expect(ended[1]?.stdout).toMatch(/postern secret set anthropic\n/);
});

test('the guide for Portkey: its commands work with the configuration shown', async () => {
  const [, json = ''] = blocksOf('migrating-from-portkey.md', 'json');
  mkdirSync(dirname(config), { recursive: true });
  writeFileSync(config, json);
  await runAll(blocksOf('migrating-from-portkey.md', 'sh'));
});
