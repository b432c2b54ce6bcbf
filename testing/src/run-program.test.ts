import { describe, expect, test } from 'vitest';
import { runProgram, startProgram } from './run-program.ts';

const NODE = process.execPath;
const environment = { MARK: 'one' };
const script = (code: string): string[] => ['--input-type=module', '--eval', code];

describe('runProgram', () => {
  test('returns the output and the exit code', async () => {
    const code = "process.stdout.write('out'); process.stderr.write('err'); process.exitCode = 7;";
    expect(await runProgram(NODE, script(code), { environment })).toEqual({
      code: 7,
      signal: null,
      stdout: 'out',
      stderr: 'err',
    });
  });

  test('passes only the given environment', async () => {
    const code = 'process.stdout.write(Object.keys(process.env).join());';
    const { stdout } = await runProgram(NODE, script(code), { environment });
    expect(stdout).toBe('MARK');
  });

  test('passes input and other descriptors, and closes each one', async () => {
    const code = `
      import { readFileSync } from 'node:fs';
      process.stdout.write([0, 3, 4].map((fd) => readFileSync(fd, 'utf8')).join('|'));`;
    const { stdout } = await runProgram(NODE, script(code), {
      environment,
      input: 'standard input',
      descriptors: ['third', 'fourth'],
    });
    expect(stdout).toBe('standard input|third|fourth');
  });

  test('kills a program that takes too long', async () => {
    const { signal } = await runProgram(
      NODE,
      script('setInterval(() => 0, 1000);'),
      { environment },
      50,
    );
    expect(signal).toBe('SIGKILL');
  });

  test("fails if the program doesn't exist", async () => {
    await expect(runProgram('/no/such/program', [], { environment })).rejects.toThrow(/ENOENT/);
  });
});

describe('startProgram', () => {
  const waiting =
    "process.stdout.write('rea'); setTimeout(() => process.stderr.write('dy 42'), 20); setInterval(() => 0, 1000);";

  test('waits for text on either stream, and stops', async () => {
    await using program = startProgram(NODE, script(waiting), { environment });
    expect((await program.waitFor(/dy (\d+)/))[1]).toBe('42');
    expect(program.stdout()).toBe('rea');
    expect(await program.stop()).toMatchObject({ signal: 'SIGTERM' });
  });

  test("kills a program that doesn't stop when asked", async () => {
    const stubborn =
      "process.on('SIGTERM', () => 0); process.stdout.write('up'); setInterval(() => 0, 1000);";
    await using program = startProgram(NODE, script(stubborn), { environment });
    await program.waitFor(/up/);
    expect(await program.stop('SIGTERM', 50)).toMatchObject({ signal: 'SIGKILL' });
  });

  test("reports the output if the text doesn't appear", async () => {
    const ending = startProgram(NODE, script("process.stdout.write('alone')"), { environment });
    await expect(ending.waitFor(/together/)).rejects.toThrow(/ended with 0.*\n.*alone/s);
    await using silent = startProgram(NODE, script(waiting), { environment });
    await expect(silent.waitFor(/never/, 50)).rejects.toThrow('nothing after 50 ms');
    await silent.stop();
  });
});
