import { readFileSync } from 'node:fs';
import { formsOfText } from '@postern/testing';

/** Calls that only wait, allocate or receive: what a process gets isn't what it gives away. */
const LEFT_OUT = [
  ...['futex', 'epoll_wait', 'epoll_pwait', 'epoll_pwait2', 'clock_gettime', 'clock_nanosleep'],
  ...['madvise', 'mprotect', 'munmap', 'brk', 'sched_yield', 'rt_sigprocmask'],
  ...['read', 'readv', 'pread64', 'preadv', 'recvfrom', 'recvmsg'],
];

/** The command line that runs a program and writes its calls, and those of its children, to a file. */
export function tracing(file: string): readonly string[] {
  return [
    ...['strace', '-f', '-qq', '-yy', '-xx', '-s', '1000000', '-o', file],
    ...['-e', `trace=!${LEFT_OUT.join(',')}`],
  ];
}

/** The calls in a trace whose arguments or strings contain the text in any form. */
export function callsWith(file: string, text: string): readonly string[] {
  const forms = formsOfText(text).map(([, bytes]) => inHex(bytes));
  return readFileSync(file, 'latin1')
    .split('\n')
    .filter((call) => forms.some((form) => call.includes(form)));
}

/** Whether a call writes to a TCP connection with one of these ports, local or remote. */
export function goesTo(call: string, ports: readonly string[]): boolean {
  const [, local, remote] =
    /^\d+ +(?:write|writev|sendto|sendmsg)\(\d+<TCP(?:v6)?:\[\S+:(\d+)->\S+:(\d+)\]>/.exec(call) ??
    [];
  return ports.some((port) => port === local || port === remote);
}

function inHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}
