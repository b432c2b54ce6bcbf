import { plural, t } from '@lingui/core/macro';
import type { BackupContents } from '@postern/protocol';
import type { ReactElement } from 'react';
import { formatDate } from '../languages/formats.ts';

const WHEN = { dateStyle: 'long', timeStyle: 'short' } as const;

/** What is inside of a backup. */
export function ContentsList({ contents }: { readonly contents: BackupContents }): ReactElement {
  const { madeAtMs, secrets, chats, messages, attachments, gatewayKeys } = contents;
  const keyCount = secrets.length;
  const gatewayKeyCount = gatewayKeys ?? 0;
  const rows: readonly (readonly [string, string])[] = [
    [t`Made`, formatDate(madeAtMs, WHEN)],
    [t`Keys`, plural(keyCount, { 0: 'None', one: '# key', other: '# keys' })],
    [
      t`Chats`,
      chats === null ? t`None` : plural(chats, { 0: 'None', one: '# chat', other: '# chats' }),
    ],
    ...(chats === null || chats === 0
      ? []
      : [
          [t`Messages`, plural(messages, { one: '# message', other: '# messages' })] as const,
          [
            t`Attachments`,
            plural(attachments, { 0: 'None', one: '# file', other: '# files' }),
          ] as const,
        ]),
    [
      t`Gateway keys`,
      plural(gatewayKeyCount, { 0: 'None', one: '# gateway key', other: '# gateway keys' }),
    ],
    [t`Settings`, contents.hasSettings ? t`Yes` : t`None`],
  ];
  return (
    <dl className="facts">
      {rows.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
