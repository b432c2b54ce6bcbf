import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathOfProgram, skipBecause } from '@postern/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { RunWorld, SECRET } from './run-world.ts';

const world = new RunWorld();

afterAll(() => {
  world[Symbol.dispose]();
});

const IN_TIME = { timeout: 20_000 };
const shell = (script: string): { command: readonly string[] } => ({
  command: ['/bin/sh', '-c', script],
});

describe('in a terminal', () => {
  test('gives the command a terminal of the same size, even after a resize', async () => {
    const script = `
      trap 'stty size' WINCH; [ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo terminal
      stty size; echo "key $KEY"; i=0; while [ $i -lt 100 ]; do sleep 0.1; i=$((i+1)); done`;
    const { pty, screen, ended } = world.inTerminal(shell(script));
    await expect.poll(screen, IN_TIME).toMatch(/terminal\r\n30 90\r\nkey \[masked\]/);
    pty.resize(100, 40);
    await expect.poll(screen, IN_TIME).toContain('40 100');
    pty.write('\x03');
    expect(await ended).toBe(128 + 2);
    expect(screen()).not.toContain(SECRET);
  });

  test('supports a shell with its prompt, echo, line editing, Ctrl-C and Ctrl-D', async () => {
    const bash = { command: ['/bin/bash', '--norc', '--noprofile', '-i'] };
    const { pty, screen, ended } = world.inTerminal(bash);
    await expect.poll(screen, IN_TIME).toMatch(/[$#] $/);
    // Each letter is echoed before the next one is typed, even if it starts a secret.
    for (const key of 'echo 9% sk-x') {
      const before = screen().length;
      pty.write(key);
      await expect.poll(() => screen().length, IN_TIME).toBeGreaterThan(before);
    }
    pty.write('\r');
    await expect.poll(screen, IN_TIME).toMatch(/[\r\n]9% sk-x\r\n/);
    pty.write('echo "<$KEY>"\r');
    await expect.poll(screen, IN_TIME).toMatch(/[\r\n]<\[masked\]>\r\n/);
    pty.write('sleep 100\r');
    await sleep(300);
    pty.write('\x03');
    await expect.poll(screen, IN_TIME).toMatch(/\^C\r\n[^\n]*[$#] $/);
    pty.write('exit 5\r');
    expect(await ended).toBe(5);
    expect(screen()).not.toContain(SECRET);
    expect(readFileSync(join(world.home, '.bash_history'), 'utf8')).toContain('exit 5');
  });

  test('jobs can be suspended and resumed inside the shell', async () => {
    const bash = { command: ['/bin/bash', '--norc', '--noprofile', '-i'] };
    const { pty, screen, ended } = world.inTerminal(bash);
    await expect.poll(screen, IN_TIME).toMatch(/[$#] $/);
    pty.write('sleep 50\r');
    await sleep(300);
    pty.write('\x1a');
    await expect.poll(screen, IN_TIME).toContain('Stopped');
    pty.write('kill %1; exit\r');
    await sleep(300);
    pty.write('exit\r');
    expect(typeof (await ended)).toBe('number');
  });

  const noLess = skipBecause(
    'a pager',
    pathOfProgram('less') === undefined ? 'less is not installed' : undefined,
  );
  test.skipIf(noLess)('a pager', async () => {
    const script = 'i=0; while [ $i -lt 200 ]; do echo "line $i $KEY"; i=$((i+1)); done | less';
    const { pty, screen, ended } = world.inTerminal(shell(script));
    await expect.poll(screen, IN_TIME).toContain('line 28 [masked]');
    expect(screen()).not.toContain('line 40 ');
    pty.write(' ');
    await expect.poll(screen, IN_TIME).toContain('line 50 [masked]');
    pty.write('G');
    await expect.poll(screen, IN_TIME).toContain('line 199 [masked]');
    pty.write('q');
    expect(await ended).toBe(0);
    expect(screen()).not.toContain(SECRET);
  });

  test('passes a signal to the command', async () => {
    const script = `trap 'echo got it; exit 9' TERM; echo ready; while :; do sleep 0.05; done`;
    const { pty, screen, ended } = world.inTerminal(shell(script));
    await expect.poll(screen, IN_TIME).toContain('ready');
    process.kill(pty.pid, 'SIGTERM');
    expect(await ended).toBe(9);
    expect(screen()).toContain('got it');
  });

  test('shows a last line without a line break', async () => {
    const { screen, ended } = world.inTerminal(shell('printf "no newline at the end"; exit 3'));
    expect(await ended).toBe(3);
    expect(screen()).toBe('no newline at the end');
  });

  test('passes large output completely', async () => {
    const script = 'i=0; while [ $i -lt 2000 ]; do echo "$KEY line $i"; i=$((i+1)); done';
    const { screen, ended } = world.inTerminal(shell(script));
    expect(await ended).toBe(0);
    // Masking releases the start of a secret after a pause, so a slow machine may show it.
    const lines = screen()
      .split('\r\n')
      .slice(0, -1)
      .map((line) => line.replace(/^sk?-?(?=\[masked\])/, ''));
    expect(lines).toEqual(Array.from({ length: 2000 }, (_, at) => `[masked] line ${at}`));
  });
});
