import { Secret } from '@postern/kernel';
import { connectToBus, type BusConnection } from './bus-connection.ts';
import type { MethodCall } from './bus-message.ts';
import type { BusReader } from './bus-values.ts';
import { offerSession, SESSION_ALGORITHM, type OpenValue } from './session-cipher.ts';

/** Reads items of the Secret Service, several at the same time over one connection. */
export interface ItemReader {
  /**
   * The value of the one item with these attributes. Undefined where it is not plain sailing: no
   * such item or several, a locked one, a value that is no UTF-8, a service that fails, is not
   * there or takes longer than the time limit. Asks the person nothing.
   */
  read(attributes: Readonly<Record<string, string>>): Promise<Secret | undefined>;
}

/** How long a connection without a call is kept, in milliseconds. */
const IDLE_MS = 200;

/**
 * A reader of the person's Secret Service on that session bus. It is for commands that stand in
 * front of others: the keyring's library connects, proves a prime and agrees on a key for each entry
 * anew, which takes longer than all else that such a command does. The connection closes by itself.
 *
 * Source: Secret Service API draft 0.2.
 */
export function createItemReader(busAddress: string, timeLimitMs: number): ItemReader {
  let visit: Visit | undefined;
  return {
    read: async (attributes) => {
      if (visit === undefined || visit.bus.isClosed) visit = beginVisit(busAddress);
      const { bus } = visit ?? {};
      if (visit === undefined || bus === undefined) return undefined;
      const mine = visit;
      mine.reading += 1;
      clearTimeout(mine.idle);
      const late = setTimeout(() => {
        bus[Symbol.dispose]();
      }, timeLimitMs);
      try {
        return await readOver(mine, attributes);
      } finally {
        clearTimeout(late);
        mine.reading -= 1;
        if (mine.reading === 0) mine.idle = closeLater(bus);
      }
    },
  };
}

/** A connection, the session that is opened over it, and who uses it. */
interface Visit {
  readonly bus: BusConnection;
  session: Promise<Session | undefined> | undefined;
  reading: number;
  idle: NodeJS.Timeout | undefined;
}

interface Session {
  readonly path: string;
  /** Derives the session's key when it is first asked for. */
  readonly openValue: () => OpenValue | undefined;
}

function beginVisit(busAddress: string): Visit | undefined {
  const bus = connectToBus(busAddress);
  return bus && { bus, session: undefined, reading: 0, idle: undefined };
}

function closeLater(bus: BusConnection): NodeJS.Timeout {
  return setTimeout(() => {
    bus[Symbol.dispose]();
  }, IDLE_MS).unref();
}

async function readOver(
  visit: Visit,
  attributes: Readonly<Record<string, string>>,
): Promise<Secret | undefined> {
  const { bus } = visit;
  // The search first: the service looks while the key of the session is made here.
  const found = bus.call(searchItems(attributes));
  visit.session ??= openSession(bus);
  const [item, session] = await Promise.all([found.then(onlyItem), visit.session]);
  if (item === undefined || session === undefined) return undefined;
  const answer = bus.call(getSecrets(item, session.path));
  const openValue = session.openValue();
  const sealed = sealedValue(await answer, item, session.path);
  const value = sealed && openValue?.(sealed.iv, sealed.ciphertext);
  return value === undefined ? undefined : secretOf(value);
}

const SERVICE_PATH = '/org/freedesktop/secrets';

function serviceCall(member: string, of: Pick<MethodCall, 'signature' | 'arguments'>): MethodCall {
  return {
    destination: 'org.freedesktop.secrets',
    path: SERVICE_PATH,
    interface: 'org.freedesktop.Secret.Service',
    member,
    ...of,
  };
}

/** Which collection `default` stands for: a question that needs nothing unlocked. */
export const READ_DEFAULT_ALIAS: MethodCall = serviceCall('ReadAlias', {
  signature: 's',
  arguments: (writer) => void writer.text('default'),
});

function searchItems(attributes: Readonly<Record<string, string>>): MethodCall {
  return serviceCall('SearchItems', {
    signature: 'a{ss}',
    arguments: (writer) => {
      writer.array(8, () => {
        for (const [name, value] of Object.entries(attributes)) {
          writer.align(8).text(name).text(value);
        }
      });
    },
  });
}

/** The answer lists the unlocked items, then the locked ones. */
function onlyItem(answer: BusReader | undefined): string | undefined {
  if (answer === undefined) return undefined;
  const unlocked = answer.array(4, () => answer.text());
  const locked = answer.array(4, () => answer.text());
  return answer.isSound && unlocked.length === 1 && locked.length === 0 ? unlocked[0] : undefined;
}

async function openSession(bus: BusConnection): Promise<Session | undefined> {
  const offer = offerSession();
  const answer = await bus.call(
    serviceCall('OpenSession', {
      signature: 'sv',
      arguments: (writer) => {
        writer.text(SESSION_ALGORITHM).signature('ay').bytes(offer.publicKey);
      },
    }),
  );
  if (answer?.signature() !== 'ay') return undefined;
  const theirs = answer.bytes();
  const path = answer.text();
  let openValue: { readonly way: OpenValue | undefined } | undefined;
  return answer.isSound
    ? { path, openValue: () => (openValue ??= { way: offer.agree(theirs) }).way }
    : undefined;
}

function getSecrets(item: string, session: string): MethodCall {
  return serviceCall('GetSecrets', {
    signature: 'aoo',
    arguments: (writer) => void writer.array(4, () => void writer.text(item)).text(session),
  });
}

interface Sealed {
  readonly iv: Buffer;
  readonly ciphertext: Buffer;
}

/** The answer maps items to (session, parameters, value, type of the content). */
function sealedValue(
  answer: BusReader | undefined,
  item: string,
  session: string,
): Sealed | undefined {
  if (answer === undefined) return undefined;
  const values = answer.array(8, () => {
    answer.align(8);
    const of = answer.text();
    answer.align(8);
    const [inSession, iv, ciphertext] = [answer.text(), answer.bytes(), answer.bytes()];
    answer.text();
    return { of, inSession, iv, ciphertext };
  });
  const value = values.find(({ of, inSession }) => of === item && inSession === session);
  return answer.isSound ? value : undefined;
}

function secretOf(value: Buffer): Secret | undefined {
  const text = value.toString('utf8');
  return Buffer.from(text).equals(value) ? Secret.of(text) : undefined;
}
