import { t } from '@lingui/core/macro';
import type { RestoreReport } from '@postern/protocol';
import type { ReactElement } from 'react';
import { Notice } from '../controls/notice.tsx';
import { SentText } from '../controls/sent-text.tsx';

/** What a restore kept, and where the state before it is. */
export function ReportNotices({ report }: { readonly report: RestoreReport }): ReactElement {
  const { kept, savedBefore } = report;
  return (
    <>
      {kept.length > 0 && (
        <Notice tone="warning" title={t`Kept as it was`}>
          <ul>
            {kept.map(({ what, why }) => (
              <li key={what}>
                <SentText message={what} />: <SentText message={why} />
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {savedBefore !== null && (
        <Notice title={t`To undo this, restore what was here before.`}>
          <span>{t`It opens with the passphrase of the backup that you restored, and is in the list of known backups.`}</span>
          <code className="backup-path" dir="ltr">
            {savedBefore}
          </code>
        </Notice>
      )}
    </>
  );
}
