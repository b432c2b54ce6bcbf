import { t } from '@lingui/core/macro';
import type { EraseReport } from '@postern/protocol';
import { useEffect, type ReactElement } from 'react';
import { Gate } from '../controls/gate.tsx';
import { Notice } from '../controls/notice.tsx';
import { SentText } from '../controls/sent-text.tsx';

/** The end: what was erased, and what wasn’t. Postern has stopped. */
export function Erased({ report }: { readonly report: EraseReport }): ReactElement {
  const { failed, kept, downloads } = report;
  useEffect(() => {
    document.title = `${t`Erased`} · Postern`;
  }, []);
  return (
    <Gate
      title={failed.length === 0 ? t`Everything is erased` : t`Not everything is erased`}
      lead={<p>{t`Postern has stopped. Nothing can bring back what is erased.`}</p>}
    >
      <div className="gate-form" role="status">
        {failed.length > 0 && (
          <Notice tone="danger" title={t`Couldn’t be erased`}>
            <Reasons reasons={failed} />
            <span>{t`Fix that, then run postern erase, or start Postern, which tries again.`}</span>
          </Notice>
        )}
        {kept.length > 0 && (
          <Notice tone="warning" title={t`Kept`}>
            <Reasons reasons={kept} />
          </Notice>
        )}
        {downloads > 0 && (
          <Notice tone="warning" title={t`Backups that you downloaded`}>
            {t`Postern doesn’t know where your browser saved them. Delete them yourself.`}
          </Notice>
        )}
        <Notice title={t`What Postern doesn’t have`}>
          {t`Exported chats, copies of your files in backups, snapshots or synchronized folders, and what providers received are still there. Solid-state disks keep old blocks: chats and keys in them are encrypted, and their key is gone.`}
        </Notice>
      </div>
    </Gate>
  );
}

function Reasons(props: { readonly reasons: EraseReport['kept'] }): ReactElement {
  return (
    <ul>
      {props.reasons.map(({ what, why }) => (
        <li key={what}>
          <bdi>{what}</bdi>: <SentText message={why} />
        </li>
      ))}
    </ul>
  );
}
