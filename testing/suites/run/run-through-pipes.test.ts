import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { RunWorld, SECRET, type RunOptions } from './run-world.ts';

const world = new RunWorld();

afterAll(() => {
  world[Symbol.dispose]();
});

const shell = (script: string, rest: Partial<RunOptions> = {}): RunOptions => ({
  command: ['/bin/sh', '-c', script],
  ...rest,
});

describe('output', () => {
  test('masks both streams, in every encoding, and changes nothing else', async () => {
    const script = `printf 'a %s b\\n' "$KEY"; printf '%s' "$KEY" | base64; printf 'e %s f' "$KEY" >&2; printf '\\000\\377'`;
    const { code, output, errors } = await world.run(shell(script));
    expect(code).toBe(0);
    expect(output).toMatch(/^a \[masked\] b\n\[masked\]=*\n\0\ufffd$/);
    expect(errors).toBe('e [masked] f');
  });

  test('masks output that arrives slowly and in pieces', async () => {
    const script = `for c in $(printf '%s' "$KEY" | sed 's/./& /g'); do printf '%s' "$c"; sleep 0.02; done`;
    const { output } = await world.run(shell(script));
    expect(output.replace('[masked]', '')).toBe(SECRET.slice(0, output.indexOf('[')));
    expect(output.indexOf('[masked]')).toBeLessThanOrEqual(3);
  });

  test('large output arrives complete', async () => {
    const script =
      'i=0; while [ $i -lt 3000 ]; do echo "$KEY line $i of the output, long enough"; i=$((i+1)); done';
    const { output } = await world.run(shell(script));
    const lines = output.split('\n').slice(0, -1);
    expect(lines).toEqual(
      Array.from({ length: 3000 }, (_, at) => `[masked] line ${at} of the output, long enough`),
    );
  });

  test('a reader that closes the pipe ends the command, as without Postern', async () => {
    const child = world.start(shell('yes "$KEY"'));
    child.stdout?.once('data', () => child.stdout?.destroy());
    await once(child, 'close');
    expect(child.exitCode).toBe(128 + 13);
  });

  test('is unchanged without masking', async () => {
    const { output } = await world.run(shell('printf %s "$KEY"', { isMasked: false }));
    expect(output).toBe(SECRET);
  });
});

describe('how the command gets its secrets', () => {
  test.each([true, false])('standard input, masked %s', async (isMasked) => {
    const { output } = await world.run(
      shell('wc -c; echo "${KEY-unset}"', { via: 'stdin', isMasked }),
    );
    expect(output.trim().split(/\s+/)).toEqual([String(SECRET.length), 'unset']);
  });

  test.each([true, false])('a descriptor that can be read once, masked %s', async (isMasked) => {
    const script = 'echo "$KEY $OTHER"; cat <&3 | wc -c; cat <&3 | wc -c; cat <&4 | wc -c';
    const secrets = { KEY: SECRET, OTHER: 'another secret value' };
    const { output } = await world.run(shell(script, { via: 'fd', isMasked, secrets }));
    expect(output.trim().split(/\s+/)).toEqual(['3', '4', String(SECRET.length), '0', '20']);
  });

  test.each([true, false])('an unnamed file in memory, masked %s', async (isMasked) => {
    const script = `
      echo "$KEY"; wc -c < "$KEY"; cat "$KEY" "$KEY" | wc -c
      readlink "$KEY"; stat -L -c %a "$KEY"; (echo x >&3) 2>/dev/null && echo written`;
    const { output } = await world.run(shell(script, { via: 'file', isMasked }));
    const [path, once, twice, target, mode, ...rest] = output.trim().split('\n');
    expect([path, once?.trim(), twice?.trim(), mode]).toEqual([
      '/proc/self/fd/3',
      String(SECRET.length),
      String(2 * SECRET.length),
      '400',
    ]);
    expect(target).toMatch(/^\/(?:dev\/shm|run|tmp).*\(deleted\)$/);
    expect(rest).toEqual([]);
  });

  test("never as a parameter, and the vault's own variables are removed", async () => {
    const script =
      'tr "\\0" "\\n" < /proc/self/cmdline; env | grep -c POSTERN; env | grep -c "^KEY="';
    const own = { POSTERN_PASSPHRASE: 'p', LEFT: 'postern://x' };
    const { output } = await world.run(shell(script), '', own);
    expect(output).not.toContain(SECRET);
    expect(output.trim().split('\n').slice(-2)).toEqual(['0', '1']);
    const clean = await world.run(shell('env | cut -d= -f1', { isClean: true }), '', {
      EXTRA: '1',
    });
    expect(clean.output.split('\n')).not.toContain('EXTRA');
    expect(clean.output.split('\n')).toEqual(expect.arrayContaining(['KEY', 'PATH']));
  });

  test("Postern's input is the command's input", async () => {
    const { output } = await world.run(shell('cat'), `typed ${SECRET}`);
    expect(output).toBe('typed [masked]');
  });
});

describe('the end', () => {
  test.each([
    ['a code', 'exit 7', 7],
    ['a signal', 'kill -TERM $$', 143],
    ['a kill', 'kill -KILL $$', 137],
  ])('%s', async (_name, script, code) => {
    expect((await world.run(shell(script))).code).toBe(code);
    expect((await world.run(shell(script, { via: 'file', isMasked: false }))).code).toBe(code);
  });

  test("exits with 127 if the command isn't found, 126 if it can't be executed", async () => {
    expect(await world.run({ command: ['no-such-command'] })).toMatchObject({
      code: 127,
      errors: 'command-not-found\n',
    });
    expect(await world.run({ command: [world.home] })).toMatchObject({ code: 126 });
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGQUIT'] as const)(
    '%s reaches the command',
    async (signal) => {
      const short = signal.slice(3);
      const script = `trap 'echo got ${short}; exit 9' ${short}; echo ready; while :; do sleep 0.05; done`;
      const child = world.start(shell(script));
      let output = '';
      child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
      await expect.poll(() => output, { timeout: 10_000 }).toContain('ready');
      child.kill(signal);
      await once(child, 'close');
      expect({ output, code: child.exitCode }).toEqual({
        output: `ready\ngot ${short}\n`,
        code: 9,
      });
    },
  );
});

describe('without masking', () => {
  test('execs the command: the same process, nothing of Postern in it', async () => {
    const script =
      'echo $$; readlink /proc/$$/exe; ls /proc/$$/fd | wc -l; grep SigIgn /proc/$$/status';
    const child = world.start(shell(`${script}; sleep 0.3`, { isMasked: false }));
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await once(child, 'close');
    const [pid, program, , ignored] = output.trim().split('\n');
    expect(Number(pid)).toBe(child.pid);
    expect(program).not.toContain('node');
    // Bit 13 is SIGPIPE, which Node ignores and the command must not.
    const mask = BigInt(`0x${ignored?.split(/\s+/)[1] ?? '0'}`);
    expect(mask & (1n << 12n)).toBe(0n);
  });

  test('a text file without an interpreter line runs as a script', async () => {
    const { output } = await world.run({
      command: ['/bin/sh', '-c', 'echo "$0"'],
      isMasked: false,
    });
    expect(output).toBe('/bin/sh\n');
  });
});

test("while it runs, no secret is in Postern's arguments, files or open file names", async () => {
  const child = world.start(shell('echo ready; exec sleep 60', { via: 'file' }));
  await once(child.stdout ?? child, 'data');
  const pid = child.pid ?? 0;
  expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain(SECRET);
  const unnamed = (): readonly string[] =>
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        const path = readlinkSync(join(`/proc/${pid}/fd`, fd));
        return path.includes('(deleted)') ? [path] : [];
      } catch {
        return [];
      }
    });
  // The command may print before the parent closes its end, which it does as soon as the command
  // has started.
  await expect.poll(unnamed, { timeout: 60_000, interval: 20 }).toEqual([]);
  child.kill('SIGTERM');
  await once(child, 'close');
  await sleep(0);
});
