import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectOk } from '@postern/kernel';
import { parseConfig } from '@postern/protocol';
import { expect, test } from 'vitest';
import { scratchDirectory } from '../testing/scratch-directory.ts';
import { valueOf } from '../testing/value-of.ts';
import { readNextConfig } from './reload-config.ts';

test.each([
  ['localHosts', { localHosts: ['box.lan'] }],
  ['privacy.localModelsOnly', { privacy: { localModelsOnly: true } }],
  ['log.level', { log: { level: 'debug' } }],
  ['gateway.maxConcurrent', { gateway: { maxConcurrent: 7 } }],
])('a reload that says that %s is applied has its new value', (name, written) => {
  const directory = scratchDirectory();
  const configFile = join(directory, 'config.json');
  mkdirSync(directory, { recursive: true });
  writeFileSync(configFile, JSON.stringify(written), { mode: 0o600 });
  const home = { configFile, configDir: directory, dataDir: directory, runtimeDir: directory };
  const running = { loaded: { config: expectOk(parseConfig({})), written: {} }, prices: {} };
  const { content, changed } = valueOf(readNextConfig(home, running));
  expect(changed).toEqual([{ name, isApplied: true }]);
  expect(content.loaded.config).toMatchObject(written);
});
