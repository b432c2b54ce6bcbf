import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freshHome, runProgram, startProgram, testProgram } from '@postern/testing';
import { expect, test } from 'vitest';

const DOCUMENT = readFileSync(join(import.meta.dirname, '../../../docs/gateway.md'), 'utf8');

/** The commands of the first `sh` block after a heading. */
function commandsBelow(heading: string): readonly string[] {
  const [, section = ''] = DOCUMENT.split(`\n${heading}\n`);
  const [, block = ''] = /^```sh\n([\s\S]*?)^```/m.exec(section) ?? [];
  return block.trimEnd().split('\n');
}

test('the commands of the documentation work as printed', async () => {
  using home = freshHome();
  const places: Readonly<Record<string, string>> = {
    '/var/lib/postern': join(home.path, 'lib'),
    '/etc/postern': join(home.path, 'etc'),
    'anthropic.key': join(home.path, 'anthropic.key'),
  };
  const etc = join(home.path, 'etc');
  mkdirSync(etc);
  writeFileSync(join(etc, 'passphrase'), 'three blind mice run\n');
  writeFileSync(join(etc, 'config.json'), JSON.stringify({ gateway: { maxQueued: 5 } }));
  writeFileSync(join(home.path, 'anthropic.key'), 'sk-ant-api03-of-the-documentation');
  const bin = join(home.path, 'bin');
  mkdirSync(bin);
  const wrapper = `#!/bin/sh\nexec "${process.execPath}" -- "${testProgram()}" "$@"\n`;
  writeFileSync(join(bin, 'postern'), wrapper, { mode: 0o755 });
  const environment = {
    ...home.environment,
    PATH: `${bin}:${home.environment['PATH'] ?? ''}`,
  };
  const here = (command: string): string =>
    Object.entries(places).reduce((text, [from, to]) => text.replaceAll(from, to), command);
  const run = async (command: string) =>
    await runProgram('bash', ['-c', here(command)], { environment });

  const [store = '', create = '', serve = '', ...others] = commandsBelow('## Serve');
  expect(others).toEqual([]);
  for (const command of [store, create, ...commandsBelow('## Configuration')]) {
    const ended = await run(command);
    expect(ended.code, `${command}\n${ended.stderr}`).toBe(0);
  }
  const shown = await run('postern config show --config /etc/postern/config.json');
  expect(shown.stdout).toMatch(/gateway\.maxQueued +5 +file/);
  // The default port may be in use on this machine.
  const onFreePort = here(serve).replace(' serve ', ' serve --port 0 ');
  await using program = startProgram('bash', ['-c', `exec ${onFreePort}`], { environment });
  await program.waitFor(/Providers\s+anthropic/);
  expect(await program.stop()).toMatchObject({ code: 0 });
});
