import { createCipheriv, hkdfSync } from 'node:crypto';
import { publicKeyFor, sharedSecret } from './oakley-group.ts';
import type { HeardCall, Say } from './fake-bus.ts';

export interface FakeItem {
  readonly account: string;
  readonly value: Buffer;
  readonly isLocked?: boolean;
}

/** How a service is other than it should be. */
export type Oddity = (call: HeardCall) => Say | undefined;

const SESSION = '/org/freedesktop/secrets/session/s1';
const PRIVATE_KEY = 0x1234567890abcdefn;
const IV = Buffer.alloc(16, 3);

/** A Secret Service for a fake bus, with a key exchange of its own. */
export function fakeSecretService(
  items: readonly FakeItem[],
  oddity: Oddity = () => undefined,
): (call: HeardCall) => Say {
  let key: Buffer = Buffer.alloc(16);
  const regular: Readonly<Record<string, (call: HeardCall) => Say>> = {
    ReadAlias: () => (writer) => void writer.text('/org/freedesktop/secrets/collection/login'),
    SearchItems: ({ arguments: reader }) => {
      const wanted = new Map(
        reader.array(8, (): [string, string] => {
          reader.align(8);
          return [reader.text(), reader.text()];
        }),
      );
      const paths = (locked: boolean): string[] =>
        items.flatMap(({ account, isLocked = false }, index) =>
          account === wanted.get('username') && isLocked === locked ? [pathOf(index)] : [],
        );
      return (writer) => {
        for (const list of [paths(false), paths(true)]) {
          writer.array(4, () => {
            for (const path of list) writer.text(path);
          });
        }
      };
    },
    OpenSession: ({ arguments: reader }) => {
      reader.text();
      reader.signature();
      const shared = sharedSecret(reader.bytes(), PRIVATE_KEY);
      key = Buffer.from(hkdfSync('sha256', shared, Buffer.alloc(0), Buffer.alloc(0), 16));
      return (writer) => void writer.signature('ay').bytes(publicKeyFor(PRIVATE_KEY)).text(SESSION);
    },
    GetSecrets: ({ arguments: reader }) => {
      const [path = ''] = reader.array(4, () => reader.text());
      const item = items[Number(path.split('/').at(-1))];
      const cipher = createCipheriv('aes-128-cbc', key, IV);
      const sealed = Buffer.concat([cipher.update(item?.value ?? ''), cipher.final()]);
      return (writer) =>
        void writer.array(8, () => {
          writer.align(8).text(path);
          writer.align(8).text(SESSION).bytes(IV).bytes(sealed).text('text/plain');
        });
    },
  };
  return (call) => oddity(call) ?? regular[call.member]?.(call) ?? 'error';
}

function pathOf(index: number): string {
  return `/org/freedesktop/secrets/collection/login/${String(index)}`;
}
