import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Secret } from '@postern/kernel';
import { secretName } from '@postern/protocol';
import { skipBecause, whyNoPrograms } from '@postern/testing';
import { scanPaths, type ScanFinding } from '@postern/run';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let home = '';
let repository = '';
const VALUE = 'a value that is stored';
const STORED = [{ name: secretName.from('mine'), value: Secret.of(VALUE) }];
const KEY = `sk-ant-api03-${'aB3_'.repeat(20)}`;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'postern-scan-'));
  repository = join(home, 'repository');
});

afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

function git(...parameters: readonly string[]): string {
  const who = ['-c', 'user.name=x', '-c', 'user.email=x@example.org', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', ['-C', repository, ...who, ...parameters], {
    encoding: 'utf8',
  }).trim();
}

function put(path: string, content: string | Uint8Array): void {
  const full = join(home, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
}

function commit(message: string): string {
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '-m', message);
  return git('rev-parse', 'HEAD');
}

const spoken = ({ place, found }: ScanFinding): string => {
  const what = found.kind === 'stored' ? found.secret : found.shape;
  switch (place.kind) {
    case 'file':
      return `${what} in ${place.path.slice(home.length + 1)}:${place.line}`;
    case 'commit':
      return `${what} in ${place.commit} ${place.path}:${place.line}`;
    case 'object':
      return `${what} in ${place.id}:${place.line}`;
  }
};

describe.skipIf(skipBecause('scans of git repositories', whyNoPrograms(['git'])))('a scan', () => {
  test('finds values in files and in the whole history without printing them', async () => {
    mkdirSync(repository);
    git('init', '--quiet', '--initial-branch=main');
    put('repository/größe name.txt', `one\n${VALUE}\n`);
    const first = commit('first');
    put('repository/größe name.txt', 'clean now\n');
    put('repository/src/config.ts', `const key = '${KEY}';\n`);
    const second = commit('second');
    git('switch', '--quiet', '--create', 'side', first);
    put('repository/side.bin', Buffer.concat([Buffer.from([0, 1, 10, 255]), Buffer.from(VALUE)]));
    const side = commit('side');
    git('switch', '--quiet', 'main');
    git('merge', '--quiet', '--no-edit', 'side');
    put('dangling', `nothing references this ${KEY}`);
    const dangling = git('hash-object', '-w', join(home, 'dangling'));
    rmSync(join(home, 'dangling'));
    put('loose/.env', `A=1\nB=${Buffer.from(VALUE).toString('base64')}\n`);
    symlinkSync(join(home, 'loose/.env'), join(home, 'loose/link'));

    const report = await scanPaths([home], STORED, { history: true });
    expect(report.findings.map(spoken).toSorted()).toEqual(
      [
        'mine in loose/.env:2',
        'anthropic in repository/src/config.ts:1',
        'mine in repository/side.bin:2',
        `mine in ${first} größe name.txt:2`,
        `anthropic in ${second} src/config.ts:1`,
        `mine in ${side} side.bin:2`,
        `anthropic in ${dangling}:1`,
      ].toSorted(),
    );
    expect(report.unreadable).toEqual([]);
    expect(report.scannedObjects).toBe(5);
    expect(JSON.stringify(report)).not.toContain(KEY.slice(0, 20));
    expect(JSON.stringify(report)).not.toContain(VALUE);
  });

  test('handles one file, a missing path and a broken repository', async () => {
    put('broken/.git/HEAD', 'nonsense');
    put('broken/file', 'nothing');
    const none = join(home, 'none');
    const report = await scanPaths([join(home, 'loose/.env'), none, join(home, 'broken')], STORED, {
      history: true,
    });
    expect(report.findings.map(spoken)).toEqual(['mine in loose/.env:2']);
    expect(report.unreadable).toEqual([none, join(home, 'broken/.git')]);
    expect(report.scannedFiles).toBe(2);
  });

  test("a repository's settings start no program", async () => {
    const marker = join(home, 'started');
    const script = join(home, 'program.sh');
    writeFileSync(script, `#!/bin/sh\ntouch '${marker}'\n`);
    chmodSync(script, 0o755);
    for (const key of ['core.fsmonitor', 'core.pager', 'diff.external', 'diff.x.textconv']) {
      git('config', key, script);
    }
    put('repository/.git/info/attributes', '* diff=x\n');
    const { scannedObjects } = await scanPaths([repository], STORED, { history: true });
    expect(scannedObjects).toBeGreaterThan(0);
    const after = await scanPaths([marker], STORED, { history: true });
    expect(after.unreadable).toEqual([marker]);
  });
});
